import { expect, it } from 'vitest'
import {
  findTensor,
  requireDims,
  requireOnlyInputs,
  requireType,
} from '../../src/runtime/graph-shape.ts'
import { scriptedSession, tensorSpec } from '../fixtures/scripted-backend.ts'

const part = 'unet/model.onnx'
const session = scriptedSession({
  inputs: [tensorSpec('sample', ['batch', 4, 64, 64]), tensorSpec('timestep', [])],
  outputs: [tensorSpec('noise', ['batch', 4, 64, 64])],
})
const [sample, timestep] = session.inputs as [
  (typeof session.inputs)[0],
  (typeof session.inputs)[0],
]
const invalid = (...parts: string[]) =>
  expect.objectContaining({
    code: 'model_invalid',
    message: expect.stringMatching(parts.join('.*')),
  })

it('finds a tensor by the first of its names that is there', () => {
  expect(findTensor(part, 'input', session, ['latents', 'sample'])).toBe(sample)
})

it('takes the only tensor under whatever name', () => {
  expect(findTensor(part, 'output', session, ['out_sample']).name).toBe('noise')
})

it('says which tensors there are where the one that is needed is missing', () => {
  expect(() => findTensor(part, 'input', session, ['text'])).toThrow(
    invalid(part, 'text', 'sample, timestep'),
  )
})

it('refuses an element type by naming those it takes', () => {
  expect(requireType(part, timestep, ['int64', 'float32'])).toBe('float32')
  expect(() => requireType(part, timestep, ['int64', 'int32'])).toThrow(
    invalid('timestep is float32', 'int64, int32'),
  )
})

it('names the file and the inputs that the engine cannot give', () => {
  expect(() => requireOnlyInputs(part, session, ['sample', 'timestep'])).not.toThrow()
  expect(() => requireOnlyInputs(part, session, ['sample'])).toThrow(
    expect.objectContaining({
      code: 'model_invalid',
      message: expect.stringMatching(`${part} needs timestep`),
      facts: { file: part, accepted: 'sample' },
    }),
  )
})

it('refuses sizes that a graph was not exported for, and says which it takes', () => {
  expect(() => requireDims(part, sample, [7, 4, 64, 64])).not.toThrow()
  expect(() => requireDims(part, sample, [1, 4, 64, 96])).toThrow(
    expect.objectContaining({
      code: 'unsupported_by_model',
      facts: { file: part, accepted: '[batch, 4, 64, 64]' },
    }),
  )
})

it('takes a size of -1 as free, as some exporters write it', () => {
  expect(() => requireDims(part, tensorSpec('sample', [-1, 4, -1, -1]), [2, 4, 8, 8])).not.toThrow()
})
