import { expect, it } from 'vitest'
import { isDeviceLost, ortFailure } from '../../src/runtime/ort-failure.ts'

it.each([
  'Failed to allocate memory for requested buffer of size 4294967296',
  'std::bad_alloc',
  'CUDA failure 2: out of memory ; GPU=0',
  'CUDNN_STATUS_ALLOC_FAILED ; GPU=0',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED',
  'Exception(1) 8007000E 0x8007000E Not enough memory resources',
])('hears a lack of memory in %j', (said) => {
  const error = ortFailure(new Error(said), 'engine_failed', 'a model call failed')
  expect(error).toMatchObject({ code: 'out_of_memory', message: expect.stringContaining(said) })
})

it.each([
  'CUDA failure 700: an illegal memory access was encountered ; GPU=0',
  'CUDA error 719: unspecified launch failure',
  'Exception(2) tid(1) 887A0005 The GPU device instance has been suspended',
  'DXGI_ERROR_DEVICE_HUNG 887A0006',
  'WebGPU device lost (reason: unknown)',
  'Device was lost.',
])('hears a lost device in %j', (said) => {
  const error = ortFailure(new Error(said), 'model_invalid', 'x')
  expect(error.code).toBe('engine_failed')
  expect(isDeviceLost(error)).toBe(true)
})

it('leaves everything else what it is, with its cause', () => {
  const cause = new Error('Got invalid dimensions for input: sample')
  const error = ortFailure(cause, 'engine_failed', 'a model call failed')
  expect(error).toMatchObject({ code: 'engine_failed', cause })
  expect(isDeviceLost(error)).toBe(false)
})

it('cuts what a runtime says at length', () => {
  expect(ortFailure('x'.repeat(100_000), 'engine_failed', 'y').message.length).toBeLessThan(2_000)
})
