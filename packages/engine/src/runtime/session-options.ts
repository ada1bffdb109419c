import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'
import type { Device } from './device.ts'

/**
 * Options of a session on a device. Only what onnxruntime-node 1.30 passes on: of CUDA and DirectML the number of the
 * device, of WebGPU and CoreML nothing that we would change.
 */
export function sessionOptions(
  device: Device,
  { threads = availableParallelism(), isStrict = false },
): InferenceSession.SessionOptions {
  return {
    executionProviders: [providerOf(device)],
    // Part of the numeric class: another level gives other bits.
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // DirectML demands it; a diffusion model has no branches worth running side by side.
    executionMode: 'sequential',
    enableCpuMemArena: true,
    // Patterns are kept per input shape and cost memory and time when sizes change.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Idle threads sleep: a volunteer's machine has other work.
        intra_op: { allow_spinning: '0' },
        // Weights outside the arena, which reserves in powers of two.
        ...(device.provider === 'cpu' ? {} : { use_device_allocator_for_initializers: '1' }),
        // Said to the CPU itself, it refuses everything.
        ...(isStrict && device.provider !== 'cpu' ? { disable_cpu_ep_fallback: '1' } : {}),
      },
    },
  }
}

function providerOf({ provider, index }: Device): InferenceSession.ExecutionProviderConfig {
  switch (provider) {
    case 'cuda':
      return { name: 'cuda', deviceId: index }
    case 'dml':
      return { name: 'dml', deviceId: index }
    default:
      return provider
  }
}
