import { describe, expect, it } from 'vitest'
import {
  findTensor,
  requireDims,
  requireOnlyInputs,
  requireType,
} from '../../src/runtime/graph-shape.ts'
import { scriptedSession, tensorSpec } from '../fixtures/scripted-backend.ts'

const LATENT = ['batch', 4, 'height', 'width']
const sample = tensorSpec('sample', LATENT)
const session = (...names: string[]) =>
  scriptedSession({
    inputs: names.map((name) => tensorSpec(name, LATENT)),
    outputs: [tensorSpec('out', LATENT)],
  })

describe('a tensor of a graph', () => {
  it('is found by the first of its names that is there', () => {
    const graph = session('latent', 'sample')
    expect(findTensor('unet', 'input', graph, ['sample', 'latent']).name).toBe('sample')
    expect(findTensor('unet', 'input', graph, ['x', 'latent']).name).toBe('latent')
  })

  it('is the only one there, whatever it is called', () => {
    expect(findTensor('unet', 'output', session('a', 'b'), ['out_sample', 'sample']).name).toBe(
      'out',
    )
  })

  it('is missed with the names of those that are there', () => {
    expect(() => findTensor('unet', 'input', session('a', 'b'), ['sample'])).toThrow(
      expect.objectContaining({
        code: 'model_invalid',
        message: 'unet has no input sample; it has a, b',
      }),
    )
  })

  it('has a type that the caller takes, or says which would do', () => {
    expect(requireType('unet', sample, ['float16', 'float32'])).toBe('float32')
    expect(() => requireType('unet', sample, ['int64', 'int32'])).toThrow(
      expect.objectContaining({
        code: 'model_invalid',
        message: expect.stringContaining('sample is float32; accepted: int64, int32'),
      }),
    )
  })
})

describe('inputs of a graph', () => {
  it('are all known', () => {
    expect(() => requireOnlyInputs('unet', session('a', 'b'), ['b', 'a', 'c'])).not.toThrow()
  })

  it('that nobody gives are refused by name', () => {
    expect(() => requireOnlyInputs('unet', session('sample', 'time_ids'), ['sample'])).toThrow(
      expect.objectContaining({
        code: 'model_invalid',
        message: expect.stringContaining('time_ids'),
        facts: expect.objectContaining({ file: 'unet', accepted: 'sample' }),
      }),
    )
  })
})

describe('a size', () => {
  it.each([
    [[2, 4, 8, 16], LATENT],
    [
      [2, 4, 8, 16],
      [-1, 4, 8, 16],
    ],
  ])('%j fits a graph of %j', (dims, shape) => {
    expect(() => requireDims('unet', tensorSpec('sample', shape), dims)).not.toThrow()
  })

  it.each([
    [[2, 4, 8], LATENT],
    [[2, 3, 8, 8], LATENT],
    [
      [2, 4, 8, 8],
      [2, 4, 64, 64],
    ],
  ])('%j is refused by a graph of %j, with what it takes', (dims, shape) => {
    expect(() => requireDims('unet', tensorSpec('sample', shape), dims)).toThrow(
      expect.objectContaining({
        code: 'unsupported_by_model',
        facts: { file: 'unet', accepted: `[${shape.join(', ')}]` },
      }),
    )
  })
})
