import { fromFloat16Bits, toFloat16Bits } from '../runtime/float16.ts'
import { requireType } from '../runtime/graph-shape.ts'
import type { Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import { createReusableBuffer } from './reusable-buffer.ts'

/** A graph's input of floats. Both buffers are kept between calls of equal size. */
export interface FloatInput {
  readonly spec: TensorSpec
  /** The values to fill, float32 whatever the graph takes. Keeps what was filled while `length` stays the same. */
  values(length: number): Float32Array
  /** What was filled, in the graph's own type. */
  tensor(dims: readonly number[]): Tensor
}

/** @throws ReverieError `model_invalid` when the tensor holds no float32 or float16 */
export function createFloatInput(part: string, spec: TensorSpec): FloatInput {
  const isHalf = requireFloat(part, spec) === 'float16'
  const buffer = createReusableBuffer()
  let current = buffer(0)
  let bits: Uint16Array = new Uint16Array(0)
  return {
    spec,
    values(length) {
      current = buffer(length)
      return current
    },
    tensor(dims) {
      if (!isHalf) return { data: current, dims }
      bits = toFloat16Bits(current, bits)
      return { data: bits, dims }
    },
  }
}

/** A graph's output of floats. Both buffers are kept between calls of equal size. */
export interface FloatOutput {
  readonly spec: TensorSpec
  /** Where the graph writes. */
  target(dims: readonly number[]): Tensor
  /** What the graph wrote, float32; overwritten by the next call. */
  values(): Float32Array
}

/** @throws ReverieError `model_invalid` when the tensor holds no float32 or float16 */
export function createFloatOutput(part: string, spec: TensorSpec): FloatOutput {
  const isHalf = requireFloat(part, spec) === 'float16'
  const buffer = createReusableBuffer()
  let current = buffer(0)
  let bits = new Uint16Array(0)
  return {
    spec,
    target(dims) {
      const length = sizeOf(dims)
      current = buffer(length)
      if (!isHalf) return { data: current, dims }
      if (bits.length !== length) bits = new Uint16Array(length)
      return { data: bits, dims }
    },
    values: () => (isHalf ? fromFloat16Bits(bits, current) : current),
  }
}

const requireFloat = (part: string, spec: TensorSpec): 'float32' | 'float16' =>
  requireType(part, spec, ['float32', 'float16'])

/** Values of a tensor. */
export const sizeOf = (dims: readonly number[]): number =>
  dims.reduce((product, each) => product * each, 1)
