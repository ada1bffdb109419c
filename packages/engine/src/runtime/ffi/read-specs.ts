import type { TensorSpec } from '../ort-backend.ts'
import type { Address, OrtApi } from './ort-api.ts'

/** ONNX Runtime's element types by number. */
export const ELEMENT_TYPES: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
]

/** One value that a native function writes: an address, a size. */
export function readOne(api: OrtApi, write: (into: Address) => void): Address {
  const cell = new BigUint64Array(1)
  write(api.addressOf(cell))
  return cell[0] ?? 0n
}

/** What a session says of its inputs or outputs. */
export function readSpecs(api: OrtApi, session: Address, kind: 'Input' | 'Output'): TensorSpec[] {
  const allocator = readOne(api, (into) => api.call('GetAllocatorWithDefaultOptions', into))
  const count = readOne(api, (into) => api.call(`SessionGet${kind}Count`, session, into))
  return Array.from({ length: Number(count) }, (_, i) => {
    const text = readOne(api, (into) =>
      api.call(`SessionGet${kind}Name`, session, i, allocator, into),
    )
    const name = api.textAt(text)
    api.call('AllocatorFree', allocator, text)
    const info = readOne(api, (into) => api.call(`SessionGet${kind}TypeInfo`, session, i, into))
    try {
      return { name, ...readTensorInfo(api, info) }
    } finally {
      api.release('ReleaseTypeInfo', info)
    }
  })
}

function readTensorInfo(api: OrtApi, typeInfo: Address): Omit<TensorSpec, 'name'> {
  // Part of the type information, freed with it.
  const info = readOne(api, (into) => api.call('CastTypeInfoToTensorInfo', typeInfo, into))
  if (info === 0n) return { type: 'not a tensor', shape: [] }
  const type = new Int32Array(1)
  api.call('GetTensorElementType', info, api.addressOf(type))
  const rank = Number(readOne(api, (into) => api.call('GetDimensionsCount', info, into)))
  // One more than there are: an empty array has no address.
  const sizes = new BigInt64Array(rank + 1)
  const names = new BigUint64Array(rank + 1)
  api.call('GetDimensions', info, api.addressOf(sizes), rank)
  api.call('GetSymbolicDimensions', info, api.addressOf(names), rank)
  return {
    type: ELEMENT_TYPES[type[0] ?? 0] ?? `type ${type[0]}`,
    shape: Array.from({ length: rank }, (_, i) =>
      (sizes[i] ?? 0n) < 0n ? api.textAt(names[i] ?? 0n) : Number(sizes[i]),
    ),
  }
}
