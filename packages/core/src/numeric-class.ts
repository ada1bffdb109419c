import * as z from 'zod/mini'

const Text = z.string().check(z.minLength(1), z.maxLength(120))

/**
 * Everything that decides the bits of a result besides the job itself. Equal classes are expected to agree bit for bit;
 * different ones within a tolerance.
 */
export const NumericClass = z.strictObject({
  /** e.g. "reverie-engine/0.1.0" */
  engine: Text,
  /** e.g. "onnxruntime-node/1.30.0" */
  runtime: Text,
  /** ONNX Runtime execution provider, e.g. "cpu", "cuda". */
  provider: Text,
  /** Device architecture, e.g. "x64 AMD EPYC 9454". */
  device: Text,
  precision: z.enum(['fp32', 'fp16', 'bf16', 'int8']),
  /** ONNX Runtime graph optimisation level. */
  optimization: z.enum(['disabled', 'basic', 'extended', 'all']),
})
export type NumericClass = z.infer<typeof NumericClass>
