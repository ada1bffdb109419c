import { availableParallelism } from 'node:os'
import { ReverieError } from '@reverie/core'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { OrtBackend, OrtSession, Tensor, TensorData, TensorSpec } from './ort-backend.ts'

export interface OnnxRuntimeOptions {
  /** Threads inside one operator. @defaultValue the cores this process may use */
  readonly threads?: number
}

/**
 * Loads the native library and drives its CPU provider. `run` blocks the event loop for the whole call, so this belongs
 * into a process of its own: see host/child-engine.
 */
export async function createOnnxRuntimeBackend(
  options: OnnxRuntimeOptions = {},
): Promise<OrtBackend> {
  // Loaded on demand: importing this package must not bring the native library into the parent process.
  const ort = await import('onnxruntime-node')
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    // Part of the numeric class: another level gives other bits.
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: true,
    // Patterns are kept per input shape and cost memory and time when sizes change.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Idle threads sleep: a volunteer's machine has other work.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }

  return {
    runtime: `onnxruntime-node/${ort.env.versions.node ?? ort.env.versions.common}`,
    provider: 'cpu',
    async open(file) {
      try {
        return wrap(ort, await ort.InferenceSession.create(file, sessionOptions))
      } catch (cause) {
        throw runtimeError(cause, 'model_invalid', `${file} cannot be loaded`)
      }
    },
  }
}

function wrap(ort: typeof import('onnxruntime-node'), session: InferenceSession): OrtSession {
  const native = (tensors: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { data, dims }]) => [
        name,
        new ort.Tensor(elementType(data), data, dims),
      ]),
    )
  return {
    inputs: session.inputMetadata.map(specOf),
    outputs: session.outputMetadata.map(specOf),
    async run(inputs, outputs) {
      try {
        await session.run(native(inputs), native(outputs))
      } catch (cause) {
        throw runtimeError(cause, 'engine_failed', 'a model call failed')
      }
    },
    release: () => session.release(),
  }
}

const specOf = (value: InferenceSession.ValueMetadata): TensorSpec =>
  value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'not a tensor', shape: [] }

const elementType = (data: TensorData): 'float32' | 'int32' | 'int64' => {
  if (data instanceof Float32Array) return 'float32'
  return data instanceof Int32Array ? 'int32' : 'int64'
}

/** How ONNX Runtime and its providers word a failed allocation. */
const OUT_OF_MEMORY = /failed to allocate|bad.?alloc|out of memory|0x8007000E/i

function runtimeError(
  cause: unknown,
  code: 'model_invalid' | 'engine_failed',
  what: string,
): ReverieError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (OUT_OF_MEMORY.test(message)) {
    return new ReverieError(
      'out_of_memory',
      `${what}: the device is out of memory; ask for a smaller size or free some. ONNX Runtime says: ${message}`,
      {},
      { cause },
    )
  }
  return new ReverieError(code, `${what}. ONNX Runtime says: ${message}`, {}, { cause })
}
