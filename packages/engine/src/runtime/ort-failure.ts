import { type ErrorCode, ReverieError } from '@reverie/core'

/** How ONNX Runtime, CUDA, cuDNN, cuBLAS, DirectML and WebGPU word a failed allocation. */
const OUT_OF_MEMORY =
  /failed to allocate|bad.?alloc|out of memory|OUT_OF_MEMORY|(?:CUDNN|CUBLAS)_STATUS_ALLOC_FAILED|0x8007000E|E_OUTOFMEMORY|CUDA (?:failure|error) 2\b/i

/**
 * Failures after which nothing runs in this process any more: CUDA's illegal address (700) and launch failure (719), a
 * Direct3D device removed or hung (887A0005 to 887A0007), a lost WebGPU device.
 */
const DEVICE_LOST =
  /CUDA (?:failure|error) 7(?:00|19)\b|illegal memory access|unspecified launch failure|887A000[567]|DXGI_ERROR_DEVICE_(?:REMOVED|HUNG|RESET)|device (?:was |is )?lost|device (?:was |has been )?removed/i

/** Sentences of the runtime are long; their first part names the cause. */
const MAX_CAUSE = 1_500

/**
 * What the runtime threw, as an error of ours. `out_of_memory` and lost devices are told from the runtime's own words;
 * a lost device is `engine_failed` with the fact `deviceLost`.
 * @param code for everything else
 */
export function ortFailure(cause: unknown, code: ErrorCode, what: string): ReverieError {
  const message = (cause instanceof Error ? cause.message : String(cause)).slice(0, MAX_CAUSE)
  const said = `ONNX Runtime says: ${message}`
  if (DEVICE_LOST.test(message)) {
    const next = 'the device was lost and the inference process is started again'
    return new ReverieError(
      'engine_failed',
      `${what}: ${next}. ${said}`,
      { deviceLost: true },
      { cause },
    )
  }
  if (OUT_OF_MEMORY.test(message)) {
    const next = 'the device is out of memory; ask for a smaller size or free some'
    return new ReverieError('out_of_memory', `${what}: ${next}. ${said}`, {}, { cause })
  }
  return new ReverieError(code, `${what}. ${said}`, {}, { cause })
}

/** Nothing runs in that process any more. */
export const isDeviceLost = ({ facts }: Pick<ReverieError, 'facts'>): boolean =>
  facts.deviceLost === true
