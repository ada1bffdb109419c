import { BinaryReader } from '@bufbuild/protobuf/wire'
import { ReverieError } from '@reverie/core'
import { isSafeLocation } from './external-location.ts'
import type { FloatFormat } from './float-values.ts'
import {
  bytesField,
  integerField,
  integerOf,
  integersOf,
  joined,
  notAGraph,
  textField,
  textOf,
  type WireField,
  wireFields,
} from './wire-fields.ts'

/** Element types of onnx.proto that weights of a model have. */
export const DATA_TYPE = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const

/** Numbers of TensorProto's fields. */
const FIELD = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  externalData: 13,
  dataLocation: 14,
} as const

/** Everything that holds values, which a replaced tensor does not keep. */
const VALUE_FIELDS: readonly number[] = [
  4,
  5,
  6,
  7,
  9,
  10,
  11,
  FIELD.externalData,
  FIELD.dataLocation,
]

/** Where the values of an initialiser are. */
export type TensorStorage =
  /** Little-endian values inside the graph. */
  | { readonly kind: 'inside'; readonly bytes: Uint8Array }
  /** In a file beside the graph; without a length to the file's end. */
  | {
      readonly kind: 'external'
      readonly location: string
      readonly offset: number
      readonly length: number | undefined
    }

/** A tensor that is part of a graph: a weight or a constant. */
export interface GraphTensor {
  readonly name: string
  readonly dims: readonly number[]
  /** TensorProto.DataType, e.g. 1 float32, 10 float16. */
  readonly dataType: number
  readonly fields: readonly WireField[]
}

/**
 * Reads a TensorProto without its values.
 * @throws ReverieError `model_invalid`
 */
export function parseTensor(bytes: Uint8Array, file: string): GraphTensor {
  const fields = wireFields(bytes, file)
  const dims: number[] = []
  let name = ''
  let dataType = 0
  for (const field of fields) {
    if (field.number === FIELD.dims) dims.push(...integersOf(field, file))
    else if (field.number === FIELD.name) name = textOf(field)
    else if (field.number === FIELD.dataType) dataType = integerOf(field)
  }
  if (dims.length > 64 || dims.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw notAGraph(file, `tensor ${name.slice(0, 100)} has the shape [${dims.slice(0, 8)}]`)
  }
  return { name, dims, dataType, fields }
}

/**
 * Where a tensor's values are; typed fields (`float_data` and the like) are brought into little-endian bytes.
 * @throws ReverieError `model_invalid`, also for a location outside the model's folder
 */
export function storageOf(tensor: GraphTensor, file: string): TensorStorage {
  if (
    tensor.fields.some((field) => field.number === FIELD.dataLocation && integerOf(field) === 1)
  ) {
    return externalStorage(tensor, file)
  }
  const raw = tensor.fields.filter((field) => field.number === FIELD.rawData).at(-1)
  return { kind: 'inside', bytes: raw?.value ?? typedValues(tensor, file) }
}

function externalStorage(tensor: GraphTensor, file: string): TensorStorage {
  const entries = new Map(
    tensor.fields
      .filter((field) => field.number === FIELD.externalData)
      .map((field) => {
        const pair = wireFields(field.value, file)
        const part = (number: number) => {
          const found = pair.find((each) => each.number === number)
          return found === undefined ? '' : textOf(found)
        }
        return [part(1), part(2)] as const
      }),
  )
  const location = entries.get('location') ?? ''
  if (!isSafeLocation(location)) {
    throw notAGraph(
      file,
      `tensor ${tensor.name} points to the file ${JSON.stringify(location.slice(0, 200))}, which is not inside the model's folder`,
    )
  }
  const number = (key: string): number | undefined => {
    const text = entries.get(key)
    if (text === undefined) return undefined
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (Number.isNaN(value))
      throw notAGraph(file, `tensor ${tensor.name} has the ${key} ${text.slice(0, 40)}`)
    return value
  }
  return { kind: 'external', location, offset: number('offset') ?? 0, length: number('length') }
}

/** `float_data` and `double_data` are little-endian already; half floats are in the low 16 bits of `int32_data`. */
function typedValues(tensor: GraphTensor, file: string): Uint8Array {
  const of = (number: number) => tensor.fields.filter((field) => field.number === number)
  const { dataType } = tensor
  if (dataType === DATA_TYPE.float32) return joined(of(FIELD.floatData).map((each) => each.value))
  if (dataType === DATA_TYPE.float64) return joined(of(FIELD.doubleData).map((each) => each.value))
  if (dataType === DATA_TYPE.float16 || dataType === DATA_TYPE.bfloat16) {
    const bits = of(FIELD.int32Data).flatMap((field) => integersOf(field, file))
    return new Uint8Array(Uint16Array.from(bits).buffer)
  }
  if (dataType === DATA_TYPE.int32) {
    const values = of(FIELD.int32Data).flatMap((field) => integersOf(field, file))
    return new Uint8Array(Int32Array.from(values).buffer)
  }
  if (dataType === DATA_TYPE.int64) {
    const values = of(FIELD.int64Data).flatMap((field) => integersOf(field, file))
    return new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer)
  }
  throw notAGraph(
    file,
    `tensor ${tensor.name} has values of data type ${dataType}, which cannot be edited`,
  )
}

/** The same tensor (unknown fields kept) with its values at `offset` of the file `location`, and perhaps another shape. */
export function withExternalValues(
  tensor: GraphTensor,
  values: { dims: readonly number[]; location: string; offset: number; length: number },
): Uint8Array {
  const kept = tensor.fields.filter(
    (field) => field.number !== FIELD.dims && !VALUE_FIELDS.includes(field.number),
  )
  const entry = (key: string, value: string | number) =>
    bytesField(FIELD.externalData, [...textField(1, key), ...textField(2, String(value))])
  return joined([
    ...values.dims.flatMap((size) => integerField(FIELD.dims, size)),
    ...kept.map((field) => field.raw),
    ...entry('location', values.location),
    ...entry('offset', values.offset),
    ...entry('length', values.length),
    ...integerField(FIELD.dataLocation, 1),
  ])
}

/** A scalar constant, e.g. an operand of an added node. */
export function scalarTensor(name: string, dataType: 6 | 7, value: number): Uint8Array {
  const data = dataType === DATA_TYPE.int32 ? Int32Array.of(value) : BigInt64Array.of(BigInt(value))
  return joined([
    ...integerField(FIELD.dataType, dataType),
    ...textField(FIELD.name, name),
    ...bytesField(FIELD.rawData, [new Uint8Array(data.buffer)]),
  ])
}

/**
 * How the weights of a tensor are stored.
 * @throws ReverieError `model_incompatible` for integers: a quantised weight cannot be added to
 */
export function formatOf(tensor: GraphTensor, file: string): FloatFormat {
  const formats: Readonly<Record<number, FloatFormat>> = {
    [DATA_TYPE.float32]: 'float32',
    [DATA_TYPE.float16]: 'float16',
    [DATA_TYPE.bfloat16]: 'bfloat16',
    [DATA_TYPE.float64]: 'float64',
  }
  const format = formats[tensor.dataType]
  if (format !== undefined) return format
  throw new ReverieError(
    'model_incompatible',
    `${file}: weight ${tensor.name} is not in floating point (ONNX data type ${tensor.dataType}); take the raw float export of this model`,
    { file, accepted: 'float32, float16, bfloat16 or float64 weights' },
  )
}

/** The first float32 of a one-element tensor; undefined where it has none. */
export function firstFloat(tensor: GraphTensor, file: string): number | undefined {
  if (tensor.dataType !== DATA_TYPE.float32) return undefined
  const storage = storageOf(tensor, file)
  if (storage.kind !== 'inside' || storage.bytes.length < 4) return undefined
  return new BinaryReader(storage.bytes).float()
}
