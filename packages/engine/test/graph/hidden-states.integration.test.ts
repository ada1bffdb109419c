import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tinyModelFolder } from '@reverie/tiny-models'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeEditedGraph } from '../../src/graph/graph-draft.ts'
import { addHiddenStates, parseModel, readFinalNorm, readGraph } from '../../src/graph/index.ts'
import { noEdits } from '../../src/graph/onnx-model.ts'
import { adapterFile, maxError, readGolden, runTinyEncoder } from '../fixtures/adapter-files.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-states-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each(['text-encoder', 'text-encoder-legacy'])(
  '%s gets the hidden states of transformers',
  async (name) => {
    const golden = await readGolden(name)
    await mkdir(join(folder, name))
    const { graph, facts } = await writeEditedGraph(
      adapterFile(`${name}.onnx`),
      join(folder, name),
      async ({ model, edits }) => addHiddenStates(model, edits),
    )
    expect(facts).toEqual({ layers: 3, isAdded: true })
    const names = golden.hidden_states.map((_, layer) => `hidden_states.${layer}`)
    const path = join(folder, name, graph ?? '')
    const states = await runTinyEncoder(path, golden.input_ids, [...names, 'last_hidden_state'])
    names.forEach((each, layer) => {
      expect(maxError(states[each] ?? [], golden.hidden_states[layer] ?? [])).toBeLessThan(1e-5)
    })
    expect(maxError(states.last_hidden_state ?? [], golden.last_hidden_state)).toBeLessThan(1e-5)
  },
)

it('reads the final norm: the last hidden state through it is last_hidden_state', async () => {
  const golden = await readGolden('text-encoder-legacy')
  const path = adapterFile('text-encoder-legacy.onnx')
  const norm = await readFinalNorm(parseModel(await readGraph(path), path))
  if (norm === undefined) throw new Error('no norm was found')
  expect(norm.epsilon).toBeCloseTo(1e-5, 10)
  const before = golden.hidden_states.at(-1) ?? []
  const width = norm.weight.length
  const after = before.map((_, i) => {
    const row = before.slice(i - (i % width), i - (i % width) + width)
    const mean = row.reduce((sum, value) => sum + value, 0) / width
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    const scaled = ((before[i] as number) - mean) / Math.sqrt(variance + norm.epsilon)
    return scaled * (norm.weight[i % width] as number) + (norm.bias[i % width] as number)
  })
  expect(maxError(after, golden.last_hidden_state)).toBeLessThan(1e-5)
})

it.each([
  ['sd15', 'text_encoder'],
  ['sd15-fp16', 'text_encoder'],
  ['sd15-io16', 'text_encoder'],
  ['sd15-legacy', 'text_encoder'],
  ['sd21-v', 'text_encoder'],
] as const)('finds the layers of %s', async (name, part) => {
  const path = join(tinyModelFolder(name), part, 'model.onnx')
  const model = parseModel(await readGraph(path), path)
  expect(addHiddenStates(model, noEdits())).toEqual({ layers: 3, isAdded: true })
  expect((await readFinalNorm(model))?.weight).toHaveLength(16)
})

it('leaves an export alone that gives its hidden states', async () => {
  const path = join(tinyModelFolder('sdxl'), 'text_encoder_2/model.onnx')
  const edits = noEdits()
  const found = addHiddenStates(parseModel(await readGraph(path), path), edits)
  expect(found).toEqual({ layers: 3, isAdded: false })
  expect(edits.newOutputs).toEqual([])
})
