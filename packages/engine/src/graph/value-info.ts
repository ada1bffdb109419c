import {
  bytesField,
  integerField,
  integerOf,
  joined,
  textField,
  textOf,
  type WireField,
  wireFields,
} from './wire-fields.ts'

/** An input or output of a graph. */
export interface GraphValue {
  readonly name: string
  /** TensorProto.DataType; 0 where it is no tensor or has no type. */
  readonly dataType: number
  /** A number where the size is fixed, a name (perhaps empty) where it is free. */
  readonly dims: readonly (number | string)[]
}

const last = (fields: readonly WireField[], number: number): WireField | undefined =>
  fields.findLast((field) => field.number === number)

export function parseValue(bytes: Uint8Array, file: string): GraphValue {
  const fields = wireFields(bytes, file)
  const name = last(fields, 1)
  const type = last(fields, 2)
  const tensor = type && last(wireFields(type.value, file), 1)
  const tensorFields = tensor === undefined ? [] : wireFields(tensor.value, file)
  const dataType = last(tensorFields, 1)
  const shape = last(tensorFields, 2)
  const dims = shape === undefined ? [] : wireFields(shape.value, file)
  return {
    name: name === undefined ? '' : textOf(name),
    dataType: dataType === undefined ? 0 : integerOf(dataType),
    dims: dims.filter((field) => field.number === 1).map((field) => parseDim(field.value, file)),
  }
}

function parseDim(bytes: Uint8Array, file: string): number | string {
  const fields = wireFields(bytes, file)
  const value = last(fields, 1)
  if (value !== undefined) return integerOf(value)
  const name = last(fields, 2)
  return name === undefined ? '' : textOf(name)
}

/** A new ValueInfoProto of a tensor. */
export const newValue = (value: GraphValue): Uint8Array =>
  joined([
    ...textField(1, value.name),
    ...bytesField(2, [
      ...bytesField(1, [
        ...integerField(1, value.dataType),
        ...bytesField(
          2,
          value.dims.flatMap((dim) => bytesField(1, dimOf(dim))),
        ),
      ]),
    ]),
  ])

const dimOf = (dim: number | string): Uint8Array[] => {
  if (typeof dim === 'number') return integerField(1, dim)
  return dim === '' ? [] : textField(2, dim)
}
