import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tinyModelFolder } from '@reverie/tiny-models'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeEditedGraph } from '../../src/graph/graph-draft.ts'
import { addHiddenStates, parseModel, readFinalNorm, readGraph } from '../../src/graph/index.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtBackend, OrtSession } from '../../src/runtime/ort-backend.ts'
import type { TextEncoderSource } from '../../src/text/chunk-encoder.ts'
import { createConditioner } from '../../src/text/create-conditioner.ts'
import { createTextEncoder } from '../../src/text/text-encoder.ts'
import { readTokenizer } from '../../src/tokenizer/read-tokenizer.ts'

let backend: OrtBackend
let folder: string
const sessions: OrtSession[] = []
const open = async (path: string) => {
  const session = await backend.open(path)
  sessions.push(session)
  return session
}
beforeAll(async () => {
  backend = await createOnnxRuntimeBackend({ threads: 1 })
  folder = await mkdtemp(join(tmpdir(), 'reverie-text-'))
})
afterAll(async () => {
  await Promise.all(sessions.map((session) => session.release()))
  await rm(folder, { recursive: true, force: true })
})

it('SDXL’s two encoders and tokenizers make one embedding and a pooled vector', async () => {
  const model = tinyModelFolder('sdxl')
  const source = async (
    part: TextEncoderSource['part'],
    tokenizer: 'tokenizer' | 'tokenizer_2',
  ): Promise<TextEncoderSource> => ({
    part,
    tokenizer: await readTokenizer(model, tokenizer),
    open: async () =>
      createTextEncoder(await open(join(model, part, 'model.onnx')), {
        part,
        width: 16,
        pooledWidth: 20,
      }),
  })
  const encoders = [
    await source('text_encoder', 'tokenizer'),
    await source('text_encoder_2', 'tokenizer_2'),
  ]
  expect(encoders.map(({ tokenizer }) => tokenizer.pad === tokenizer.end)).toEqual([true, false])
  const conditioner = createConditioner({ encoders }, { family: 'sdxl' })
  const { positive, negative } = await conditioner.encode(
    { prompt: '(red:1.3) fox', negativePrompt: '', modelCalls: 4, isGuided: true },
    async () => {},
  )
  for (const part of [positive.at(0)[0], negative?.at(0)[0]]) {
    expect(part?.condition.embedding).toHaveLength(77 * (16 + 24))
    expect(part?.condition.pooled).toHaveLength(20)
    expect(part?.condition.embedding.every(Number.isFinite)).toBe(true)
  }
})

it.each(['sd15', 'sd15-io16', 'sd15-legacy'] as const)(
  'in %s the last added hidden state through the final norm is the encoder’s own output',
  async (name) => {
    const path = join(tinyModelFolder(name), 'text_encoder/model.onnx')
    const edited = await mkdtemp(join(folder, 'graph-'))
    const { graph } = await writeEditedGraph(path, edited, async ({ model, edits }) =>
      addHiddenStates(model, edits),
    )
    const finalNorm = await readFinalNorm(parseModel(await readGraph(path), path))
    const session = await open(join(edited, graph ?? ''))
    const outputs = session.outputs.filter((output) => output.name !== 'last_hidden_state')
    const options = { part: 'text_encoder', width: 16, finalNorm }
    const tokenizer = await readTokenizer(tinyModelFolder(name))
    const ids = [...tokenizer.encode('red fox'), ...Array<number>(70).fill(tokenizer.end)].slice(
      0,
      77,
    )
    const embed = async (own: OrtSession, fromLast: number) => {
      const layer = { fromLast, isNormed: true }
      return (await createTextEncoder(own, options).encode(ids, layer, false)).embedding
    }
    const last = await embed(session, 1)
    const normed = await embed({ ...session, outputs }, 1)
    const errors = normed.map((value, i) => Math.abs(value - (last[i] ?? Number.NaN)))
    expect(Math.max(...errors)).toBeLessThan(name === 'sd15-io16' ? 5e-3 : 1e-5)
    const skipped = await embed(session, 2)
    expect(
      Math.max(...skipped.map((value, i) => Math.abs(value - (last[i] ?? 0)))),
    ).toBeGreaterThan(0.01)
  },
)
