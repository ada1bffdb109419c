import { toFloat16Bits } from '../runtime/float16.ts'
import { requireType } from '../runtime/graph-shape.ts'
import type { Tensor, TensorSpec } from '../runtime/ort-backend.ts'

/**
 * Exports take the timestep as a scalar, as one value or as one per row; as float32, float16 or whole numbers. A graph
 * of whole timesteps gets the nearest.
 * @throws ReverieError `model_invalid` for another element type
 */
export function createTimestepInput(
  part: string,
  spec: TensorSpec,
): (timestep: number, rows: number) => Tensor {
  const type = requireType(part, spec, ['float32', 'float16', 'int64', 'int32'])
  const [size] = spec.shape
  const isPerRow = typeof size === 'string' && /batch/i.test(size)
  const isScalar = spec.shape.length === 0
  return (timestep, rows) => {
    const count = isPerRow || size === rows ? rows : 1
    return { data: fill(type, count, timestep), dims: isScalar ? [] : [count] }
  }
}

function fill(
  type: 'float32' | 'float16' | 'int64' | 'int32',
  count: number,
  timestep: number,
): Tensor['data'] {
  if (type === 'int64') return new BigInt64Array(count).fill(BigInt(Math.round(timestep)))
  if (type === 'int32') return new Int32Array(count).fill(Math.round(timestep))
  const floats = new Float32Array(count).fill(timestep)
  return type === 'float16' ? toFloat16Bits(floats) : floats
}
