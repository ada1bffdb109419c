/** Element types that cross the seam. float16 stays inside graphs: see README. */
export type TensorData = Float32Array | Int32Array | BigInt64Array

export interface Tensor {
  readonly data: TensorData
  /** Row-major; empty for a scalar. */
  readonly dims: readonly number[]
}

/** What a graph says about one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string
  /** ONNX Runtime's name of the element type, e.g. "float32", "int64". */
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
   * @throws ReverieError `out_of_memory`, `engine_failed`
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
  ): Promise<void>
  release(): Promise<void>
}

/** The seam in front of the native library: the only thing the rest of the engine knows of ONNX Runtime. */
export interface OrtBackend {
  /** e.g. "onnxruntime-node/1.30.0" */
  readonly runtime: string
  /** Execution provider, e.g. "cpu". */
  readonly provider: string
  /** @throws ReverieError `out_of_memory`; `model_invalid` when the file is not a graph the runtime can load */
  open(file: string): Promise<OrtSession>
}
