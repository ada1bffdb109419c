import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TinyModelName, tinyModelFolder } from '@reverie/tiny-models'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findWeights } from '../../src/adapters/graph-weights.ts'
import { openLora } from '../../src/adapters/lora-file.ts'
import { mergeLoras } from '../../src/adapters/merge-loras.ts'
import { decodeFloats } from '../../src/graph/float-values.ts'
import { writeEditedGraph } from '../../src/graph/graph-draft.ts'
import { parseModel, readGraph } from '../../src/graph/index.ts'
import { readValues } from '../../src/graph/read-graph.ts'
import { formatOf } from '../../src/graph/tensor-proto.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import { maxError } from '../fixtures/adapter-files.ts'
import { safetensorsBytes } from '../fixtures/safetensors-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-merge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ATTENTION = /_attn[12]_to_(?:[qkv]|out_0)$|_ff_net_(?:0_proj|2)$|_conv[12]$|_proj_(?:in|out)$/

/** A LoRA of rank 2 for every module of these weights that artists train. */
async function loraFor(weights: ReturnType<typeof findWeights>['weights']): Promise<string> {
  const tensors: Record<string, { shape: number[]; values: number[] }> = {}
  for (const { path, tensor, isOutFirst } of weights.values()) {
    if (!ATTENTION.test(path)) continue
    const [first = 0, ...rest] = tensor.dims
    const [out, into] = isOutFirst ? [first, rest] : [rest[0] ?? 0, [first]]
    const size = 2 * into.reduce((all, each) => all * each, 1)
    const some = (length: number) => Array.from({ length }, (_, i) => ((i * 37) % 19) / 16 - 0.5)
    tensors[`lora_unet_${path}.lora_up.weight`] = { shape: [out, 2], values: some(out * 2) }
    tensors[`lora_unet_${path}.lora_down.weight`] = { shape: [2, ...into], values: some(size) }
  }
  const file = join(folder, 'all.safetensors')
  await writeFile(file, safetensorsBytes(tensors))
  return file
}

it.each([
  ['sd15', 'float32'],
  ['sd15-fp16', 'float16'],
  ['sd15-io16', 'float16'],
  ['sd15-external', 'float32'],
  ['sd15-legacy', 'float32'],
  ['sd21-v', 'float32'],
  ['sdxl', 'float32'],
] as const)('changes every trained weight of %s and keeps it %s', async (name, format) => {
  const base = join(tinyModelFolder(name satisfies TinyModelName), 'unet/model.onnx')
  const before = parseModel(await readGraph(base), base)
  const { weights } = findWeights(before)
  const lora = await openLora(await loraFor(weights))
  const target = join(folder, name)
  await mkdir(target)
  const { graph } = await writeEditedGraph(base, target, async (draft) => {
    const [report] = await mergeLoras(draft, [{ lora, weight: 0.5 }], 'unet', () => undefined)
    expect(report).toEqual({ matched: lora.modules.length, unmatched: [] })
  })
  const path = join(target, graph ?? '')
  const after = parseModel(await readGraph(path), path)
  expect(lora.modules.length).toBeGreaterThan(20)
  for (const module of lora.modules) {
    const weight = weights.get(module.path)
    const tensor = after.initialisers.get(weight?.tensor.name ?? '')
    if (weight === undefined || tensor === undefined) throw new Error(`${module.path} is gone`)
    expect(formatOf(tensor, path)).toBe(format)
    const bytes = tensor.dims.reduce((all, size) => all * size, format === 'float32' ? 4 : 2)
    const values = decodeFloats(await readValues(tensor, path, bytes), format)
    const old = decodeFloats(await readValues(weight.tensor, base, bytes), format)
    const up = await lora.read(module.tensors.get('up') ?? '')
    const down = await lora.read(module.tensors.get('down') ?? '')
    const columns = down.length / 2
    const expected = old.map((value, i) => {
      const [row, column] = weight.isOutFirst
        ? [Math.floor(i / columns), i % columns]
        : [i % (up.length / 2), Math.floor(i / (up.length / 2))]
      const first = (up[row * 2] ?? 0) * (down[column] ?? 0)
      const second = (up[row * 2 + 1] ?? 0) * (down[columns + column] ?? 0)
      return value + 0.5 * (first + second)
    })
    expect(maxError(values, expected)).toBeLessThan(format === 'float32' ? 1e-6 : 2e-3)
  }
  await lora.close()
  const session = await (await createOnnxRuntimeBackend({ threads: 1 })).open(path)
  await session.release()
})
