import type { Provider } from './device.ts'

/**
 * Element types that cross the seam. A `Uint16Array` holds float16 bits, see float16.ts; a `Uint8Array` holds uint8 or
 * bool. Nothing is converted: a graph's tensor gets and gives the type its metadata states.
 */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array

export interface Tensor {
  readonly data: TensorData
  /** Row-major; empty for a scalar. */
  readonly dims: readonly number[]
}

/** What a graph says about one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string
  /** ONNX Runtime's name of the element type, e.g. "float32", "float16", "int64", "bool". */
  readonly type: string
  /** A number where the size is fixed, a name where it is free. */
  readonly shape: readonly (number | string)[]
}

/** One loaded graph. Calls must not overlap. */
export interface OrtSession {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /**
   * Runs the graph and writes each named output into the array given for it; outputs not named are not computed.
   * @throws ReverieError `out_of_memory`, `engine_failed` (with the fact `deviceLost` when only a new process helps)
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
  ): Promise<void>
  release(): Promise<void>
}

/** What one session may have of its own. */
export interface OpenOptions {
  /** E.g. `cpu` for a decoder that overflows in half precision. @defaultValue the backend's */
  readonly provider?: Provider
  /**
   * Fails where the provider cannot run every operator, in the place of giving some to the CPU. For proving a device, not
   * for models: most have a few shape operators that only the CPU has. @defaultValue false
   */
  readonly isStrict?: boolean
}

/** The seam in front of the native library: the only thing the rest of the engine knows of ONNX Runtime. */
export interface OrtBackend {
  /** e.g. "onnxruntime-node/1.30.0" */
  readonly runtime: string
  /** Execution provider, e.g. "cpu". */
  readonly provider: string
  /**
   * @throws ReverieError `out_of_memory`; `model_invalid` when the file is not a graph the runtime can load;
   * `device_unavailable` when the provider cannot be used here
   */
  open(file: string, options?: OpenOptions): Promise<OrtSession>
  /** Makes model calls under way fail within milliseconds. Absent where the runtime cannot. */
  readonly interrupt?: () => void
}
