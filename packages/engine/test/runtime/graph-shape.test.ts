import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../src/pipeline/text-encoder.ts'
import { createUnet } from '../../src/pipeline/unet.ts'
import { createVaeDecoder } from '../../src/pipeline/vae-decoder.ts'
import type { Tensor } from '../../src/runtime/ort-backend.ts'
import { scriptedSession, sd1Graphs, tensorSpec } from '../fixtures/scripted-backend.ts'

const TEXT_WIDTH = 192
const SIZE = { width: 4, height: 4 }
const text = new Float32Array(2 * TEXT_WIDTH)
const { unet, text_encoder: encoder, vae_decoder: decoder } = sd1Graphs()

const withTimestep = (shape: (string | number)[], type?: string) => ({
  ...unet,
  inputs: unet.inputs.map((spec) =>
    spec.name === 'timestep' ? tensorSpec('timestep', shape, type) : spec,
  ),
})

/** The inputs that a call of `texts.length` rows gives the graph. */
async function inputsOf(
  graph: typeof unet,
  rows: number,
): Promise<Readonly<Record<string, Tensor>>> {
  let given: Readonly<Record<string, Tensor>> = {}
  const session = scriptedSession({
    ...graph,
    run: (inputs) => {
      given = inputs
    },
  })
  const sample = new Float32Array(64).fill(0.5)
  const texts = Array.from({ length: rows }, () => text)
  await createUnet(session, TEXT_WIDTH).predict({ sample, size: SIZE, timestep: 499.6, texts })
  return given
}

describe('the timestep of a UNet', () => {
  it.each([
    ['a float scalar', [], 'float32', [], [499.6]],
    ['one value', [1], 'int64', [1], [500n]],
    ['a named size that is not the batch', ['steps'], 'int64', [1], [500n]],
    ['one value a row', ['batch_size'], 'float32', [2], [499.6, 499.6]],
    ['an int64 scalar', [], 'int64', [], [500n]],
  ] as const)('is given as %s where the graph wants that', async (_, shape, type, dims, values) => {
    const { timestep } = await inputsOf(withTimestep([...shape], type), 2)
    const expected = values.map((value) => (typeof value === 'number' ? Math.fround(value) : value))
    expect(timestep?.dims).toEqual(dims)
    expect([...(timestep?.data ?? [])]).toEqual(expected)
  })
})

describe('a UNet call', () => {
  it('gives every row the same latents and its own text', async () => {
    const { sample, encoder_hidden_states: states } = await inputsOf(unet, 2)
    expect(sample?.dims).toEqual([2, 4, 4, 4])
    expect(states?.dims).toEqual([2, 2, TEXT_WIDTH])
  })

  it('finds the output by either of its names', async () => {
    const session = scriptedSession({
      ...unet,
      outputs: [tensorSpec('sample', ['batch', 4, 'height', 'width'])],
    })
    expect(() => createUnet(session, TEXT_WIDTH)).not.toThrow()
  })

  it('refuses a size that the graph was not exported for', async () => {
    const fixed = {
      ...unet,
      inputs: [tensorSpec('sample', [2, 4, 64, 64]), ...unet.inputs.slice(1)],
    }
    await expect(inputsOf(fixed, 2)).rejects.toMatchObject({ code: 'unsupported_by_model' })
  })
})

describe('token ids', () => {
  it.each([
    ['int64', BigInt64Array],
    ['int32', Int32Array],
  ])('are given as %s where the graph wants that', async (type, array) => {
    let given: Tensor | undefined
    const session = scriptedSession({
      ...encoder,
      inputs: [tensorSpec('input_ids', ['batch', 77], type)],
      run: (inputs) => {
        given = inputs.input_ids
      },
    })
    await createTextEncoder(session, TEXT_WIDTH).encode([1, 2, 3])
    expect(given?.data).toBeInstanceOf(array)
    expect(given?.dims).toEqual([1, 3])
  })
})

describe('graphs that the engine cannot drive are refused with what it accepts', () => {
  const half = (graph: typeof unet) => ({
    ...graph,
    inputs: graph.inputs.map((spec) => ({ ...spec, type: 'float16' })),
  })
  const invalid = (message: string) =>
    expect.objectContaining({ code: 'model_invalid', message: expect.stringContaining(message) })

  it('float16 inputs', () => {
    expect(() => createUnet(scriptedSession(half(unet)), TEXT_WIDTH)).toThrow(invalid('float32'))
    expect(() => createVaeDecoder(scriptedSession(half(decoder)), 1)).toThrow(invalid('float32'))
    expect(() => createTextEncoder(scriptedSession(half(encoder)), TEXT_WIDTH)).toThrow(
      invalid('int64, int32'),
    )
  })

  it('inputs of another family', () => {
    const session = scriptedSession({
      ...unet,
      inputs: [...unet.inputs, tensorSpec('time_ids', ['batch', 6])],
    })
    expect(() => createUnet(session, TEXT_WIDTH)).toThrow(invalid('time_ids'))
  })

  it('a missing input', () => {
    const session = scriptedSession({ ...unet, inputs: unet.inputs.slice(0, 2) })
    expect(() => createUnet(session, TEXT_WIDTH)).toThrow(invalid('encoder_hidden_states'))
  })
})
