import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoModelFolder } from '@reverie/demo-model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtSession } from '../../src/runtime/ort-backend.ts'
import { createConditioner } from '../../src/text/create-conditioner.ts'
import { createTextEncoder } from '../../src/text/text-encoder.ts'
import { readTokenizer } from '../../src/tokenizer/read-tokenizer.ts'

const Golden = z.object({
  cases: z.array(
    z.object({
      prompt: z.string(),
      ids: z.array(z.int()),
      text_embedding: z.object({ offset: z.int(), shape: z.tuple([z.int(), z.int()]) }),
    }),
  ),
})
const folder = new URL('../golden/', import.meta.url)
const { cases } = Golden.parse(
  JSON.parse(await readFile(new URL('demo-model.json', folder), 'utf8')),
)
const bytes = await readFile(new URL('demo-model.bin', folder))

/** Wider than the reference's own tolerance by what int8 activations add on other CPUs: see golden/README.md. */
const KERNEL_NOISE = 2e-3

let session: OrtSession
beforeAll(async () => {
  const backend = await createOnnxRuntimeBackend()
  session = await backend.open(join(demoModelFolder, 'text_encoder/model.onnx'))
})
afterAll(() => session.release())

it.each(cases)('a plain prompt is embedded as the reference does: $prompt', async (golden) => {
  const tokenizer = await readTokenizer(demoModelFolder)
  const [, width] = golden.text_embedding.shape
  const encoder = createTextEncoder(session, { part: 'text_encoder', width })
  const conditioner = createConditioner(
    { encoders: [{ part: 'text_encoder', tokenizer, open: async () => encoder }] },
    { family: 'sd1' },
  )
  const { positive } = await conditioner.encode(
    { prompt: golden.prompt, negativePrompt: '', modelCalls: 20, isGuided: true },
    async () => {},
  )
  const embedding = positive.at(0)[0]?.condition.embedding ?? new Float32Array()
  const errors = [...embedding].map((value, i) =>
    Math.abs(value - bytes.readFloatLE(golden.text_embedding.offset + 4 * i)),
  )
  expect(embedding).toHaveLength(golden.ids.length * width)
  expect(Math.max(...errors)).toBeLessThan(KERNEL_NOISE)
})
