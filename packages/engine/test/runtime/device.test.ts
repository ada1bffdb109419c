import { expect, it } from 'vitest'
import { deviceName, parseDevice } from '../../src/runtime/device.ts'

it.each(['cpu', 'cuda:0', 'cuda:1', 'dml:3', 'coreml', 'webgpu'])(
  'reads %s and writes it again',
  (text) => {
    expect(deviceName(parseDevice(text))).toBe(text)
  },
)

it('takes the first device where no number is given', () => {
  expect(parseDevice('cuda')).toEqual({ provider: 'cuda', index: 0 })
})

it.each(['', 'gpu', 'cuda:', 'cuda:-1', 'cuda:64', 'cuda:1:2', 'cpu:0', 'webgpu:1', 'CUDA'])(
  'refuses %j and says what is taken',
  (text) => {
    expect(() => parseDevice(text)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining('cuda:1'),
      }),
    )
  },
)
