import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../src/text/text-encoder.ts'
import { scriptedSession, tensorSpec } from '../fixtures/scripted-backend.ts'
import { scriptedTextEncoder } from '../fixtures/scripted-text-encoder.ts'

const part = 'text_encoder'
const LAST = { fromLast: 1, isNormed: true }
const values = (array: Float32Array | undefined) =>
  [...(array ?? [])].map((value) => Number(value.toFixed(4)))

describe.each(['int64', 'int32'] as const)('a graph that takes ids as %s', (idType) => {
  it('embeds by its last layer', async () => {
    const encoder = createTextEncoder(scriptedTextEncoder({ width: 2, idType }), { part, width: 9 })
    const { embedding, pooled } = await encoder.encode([5, 7], LAST, false)
    expect(encoder.width).toBe(2)
    expect(values(embedding)).toEqual([5.99, 5.9901, 7.99, 7.9901])
    expect(pooled).toBeUndefined()
  })
})

describe('an earlier layer', () => {
  const session = () => scriptedTextEncoder({ width: 2, layers: 12, pooledWidth: 3 })

  it('is counted from the last and goes unnormed to SDXL', async () => {
    const encoder = createTextEncoder(session(), { part, width: 2 })
    const layer = { fromLast: 2, isNormed: false }
    const { embedding, pooled } = await encoder.encode([5], layer, true)
    expect(values(embedding)).toEqual([5.11, 5.1101])
    expect(values(pooled)).toEqual([5, 5, 5])
  })

  it('goes through the final norm elsewhere', async () => {
    const finalNorm = {
      weight: Float32Array.of(1, 2),
      bias: Float32Array.of(0, 10),
      epsilon: 1e-12,
    }
    const encoder = createTextEncoder(session(), { part, width: 2, finalNorm })
    const { embedding } = await encoder.encode([5], { fromLast: 3, isNormed: true }, false)
    // Two values are as far from their mean as their deviation.
    expect([...embedding].map(Math.round)).toEqual([-1, 12])
  })

  it.each([
    ['a layer too many', { layers: 12 }, 13, '1 to 12'],
    ['a graph without hidden states', {}, 2, '1'],
  ])('is refused with what would do: %s', async (_, shape, fromLast, accepted) => {
    const finalNorm = { weight: Float32Array.of(1), bias: Float32Array.of(0), epsilon: 1e-5 }
    const graph = scriptedTextEncoder({ width: 1, ...shape })
    const encoder = createTextEncoder(graph, { part, width: 1, finalNorm })
    await expect(encoder.encode([5], { fromLast, isNormed: true }, false)).rejects.toMatchObject({
      code: 'unsupported_by_model',
      facts: { field: 'clipSkip', accepted },
    })
  })

  it('is refused where the final norm is not known', async () => {
    const encoder = createTextEncoder(session(), { part, width: 2 })
    await expect(encoder.encode([5], { fromLast: 2, isNormed: true }, false)).rejects.toMatchObject(
      { facts: { field: 'clipSkip', accepted: '1' } },
    )
  })
})

it.each([
  ['hidden_states', { pooledWidth: 2 }],
  ['text_embeds', { layers: 3 }],
])('an SDXL encoder without %s is no SDXL encoder', async (output, shape) => {
  const encoder = createTextEncoder(scriptedTextEncoder({ width: 2, ...shape }), { part, width: 2 })
  await expect(encoder.encode([5], { fromLast: 2, isNormed: false }, true)).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining(output),
  })
})

it('a graph that gives half precision is read as float32', async () => {
  const session = scriptedSession({
    inputs: [tensorSpec('input_ids', ['batch', 77], 'int64')],
    outputs: [tensorSpec('last_hidden_state', ['batch', 77, 1], 'float16')],
    run(_, { last_hidden_state }) {
      // 1.5 in IEEE 754 binary16.
      if (last_hidden_state?.data instanceof Uint16Array) last_hidden_state.data.fill(0x3e00)
    },
  })
  const encoder = createTextEncoder(session, { part, width: 1 })
  const { embedding } = await encoder.encode(Array(77).fill(0), LAST, false)
  expect([...embedding]).toEqual(Array(77).fill(1.5))
})

it('a graph that gives nothing of a text encoder is refused', () => {
  const session = scriptedSession({
    inputs: [tensorSpec('input_ids', ['batch', 77], 'int64')],
    outputs: [tensorSpec('logits', ['batch']), tensorSpec('scores', ['batch'])],
  })
  expect(() => createTextEncoder(session, { part, width: 1 })).toThrow(
    expect.objectContaining({ code: 'model_invalid' }),
  )
})
