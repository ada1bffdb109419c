import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { CPU, type Device, deviceName } from './device.ts'
import type { OrtBackend, OrtSession, Tensor, TensorSpec } from './ort-backend.ts'
import { ortFailure } from './ort-failure.ts'
import { sessionOptions } from './session-options.ts'

export interface OnnxRuntimeOptions {
  /** @defaultValue the CPU */
  readonly device?: Device | undefined
  /** Threads inside one operator on the CPU. @defaultValue the cores this process may use */
  readonly threads?: number | undefined
}

type Ort = typeof import('onnxruntime-node')

/**
 * Loads the native library and drives one device. `run` blocks the event loop for the whole call, so this belongs into a
 * process of its own: see host/child-engine.
 */
export async function createOnnxRuntimeBackend({
  device = CPU,
  threads,
}: OnnxRuntimeOptions = {}): Promise<OrtBackend> {
  // Loaded on demand: importing this package must not bring the native library into the parent process.
  const ort = await import('onnxruntime-node')
  return {
    runtime: `onnxruntime-node/${ort.env.versions.node ?? ort.env.versions.common}`,
    provider: device.provider,
    async open(file, { provider = device.provider, isStrict = false } = {}) {
      const at = provider === device.provider ? device : { provider, index: 0 }
      try {
        const settings = { isStrict, ...(threads === undefined ? {} : { threads }) }
        return wrap(ort, await ort.InferenceSession.create(file, sessionOptions(at, settings)))
      } catch (cause) {
        throw isProviderMissing(cause)
          ? ortFailure(cause, 'device_unavailable', `${deviceName(at)} cannot be used here`)
          : ortFailure(cause, 'model_invalid', `${file} cannot be loaded`)
      }
    },
  }
}

/** How the runtime words a provider that is not there: of no model's making. */
const PROVIDER_MISSING =
  /AppendExecutionProvider|execution provider .* is not (?:supported|available|enabled)|backend not found|Failed to (?:load shared library|get a WebGPU adapter)|no supported adapters|CUDA (?:failure|error) (?:3|35|100|101)\b/i

const isProviderMissing = (cause: unknown): boolean =>
  PROVIDER_MISSING.test(cause instanceof Error ? cause.message : String(cause))

function wrap(ort: Ort, session: InferenceSession): OrtSession {
  const inputs = session.inputMetadata.map(specOf)
  const outputs = session.outputMetadata.map(specOf)
  const types = new Map([...inputs, ...outputs].map(({ name, type }) => [name, type]))
  const native = (tensors: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        tensorOf(ort, types.get(name), tensor),
      ]),
    )
  return {
    inputs,
    outputs,
    async run(given, wanted) {
      try {
        await session.run(native(given), native(wanted))
      } catch (cause) {
        throw ortFailure(cause, 'engine_failed', 'a model call failed')
      }
    },
    release: () => session.release(),
  }
}

const specOf = (value: InferenceSession.ValueMetadata): TensorSpec =>
  value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'not a tensor', shape: [] }

/**
 * The array itself, not a copy: the runtime reads from and writes into it. A type that the graph does not expect is
 * refused by the runtime with the names of both.
 */
function tensorOf(ort: Ort, type: string | undefined, { data, dims }: Tensor): OrtTensor {
  if (data instanceof Uint16Array) return halfTensor(ort, data, dims)
  if (data instanceof Uint8Array)
    return new ort.Tensor(type === 'bool' ? 'bool' : 'uint8', data, dims)
  if (data instanceof Float32Array) return new ort.Tensor('float32', data, dims)
  if (data instanceof Int32Array) return new ort.Tensor('int32', data, dims)
  return new ort.Tensor('int64', data, dims)
}

/**
 * The runtime's JavaScript wants a Float16Array where Node has one, and its native part (1.30) sees no bytes in it. So the
 * tensor is made of a view of that type and then given the bits as the array that the native part reads.
 */
function halfTensor(ort: Ort, bits: Uint16Array, dims: readonly number[]): OrtTensor {
  const view = new Float16Array(bits.buffer, bits.byteOffset, bits.length)
  // The types of onnxruntime-common know float16 as Uint16Array only.
  const tensor = new ort.Tensor('float16', view as never, dims)
  return Object.assign(tensor, { cpuData: bits })
}
