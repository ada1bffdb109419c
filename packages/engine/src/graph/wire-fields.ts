import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { ReverieError } from '@reverie/core'

/** One field of a protobuf message as it stands on the wire. */
export interface WireField {
  readonly number: number
  readonly type: WireType
  /** Tag, length and value: what is written again where nothing changed. A view. */
  readonly raw: Uint8Array
  /** The value; for a length-delimited field without its length. A view. */
  readonly value: Uint8Array
}

/** The largest real graphs (SDXL's UNet) have some 30,000 fields; a file of many more is made to eat memory. */
const MAX_FIELDS = 2_000_000

/**
 * Splits a message into its fields, unknown ones too. Nothing is copied.
 * @param file named in the error
 * @throws ReverieError `model_invalid` for bytes that are no protobuf message
 */
export function wireFields(bytes: Uint8Array, file: string): WireField[] {
  const fields: WireField[] = []
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    if (fields.length >= MAX_FIELDS) throw notAGraph(file, `more than ${MAX_FIELDS} fields`)
    const start = reader.pos
    try {
      const [number, type] = reader.tag()
      const value = type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, number)
      fields.push({ number, type, raw: bytes.subarray(start, reader.pos), value })
    } catch (cause) {
      throw notAGraph(file, `${(cause as Error).message} at byte ${start} of a message`, cause)
    }
  }
  return fields
}

export const notAGraph = (file: string, what: string, cause?: unknown): ReverieError =>
  new ReverieError(
    'model_invalid',
    `${file} is not a readable ONNX graph (${what}); it may be cut short or damaged: get it again`,
    { file },
    { cause },
  )

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** UTF-8; bytes that are none become U+FFFD, since names only have to be told apart. */
export const textOf = (field: WireField): string => decoder.decode(field.value)

/** A varint as a signed number: exact below 2^53, which every size in a real graph is. */
export function integerOf(field: WireField): number {
  if (field.type !== WireType.Varint) return Number.NaN
  try {
    return Number(new BinaryReader(field.value).int64())
  } catch {
    // More than ten bytes: no number at all.
    return Number.NaN
  }
}

/** The numbers of a repeated integer field: packed, or one of several fields. */
export function integersOf(field: WireField, file: string): number[] {
  if (field.type === WireType.Varint) return [integerOf(field)]
  if (field.type !== WireType.LengthDelimited) throw notAGraph(file, 'a number of another type')
  const numbers: number[] = []
  const reader = new BinaryReader(field.value)
  try {
    while (reader.pos < reader.len) numbers.push(Number(reader.int64()))
  } catch (cause) {
    throw notAGraph(file, 'a list of numbers is cut short', cause)
  }
  return numbers
}

/** A message or string field of the given bytes, as chunks that are not copied into one. */
export function bytesField(number: number, chunks: readonly Uint8Array[]): Uint8Array[] {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const head = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish()
  return [head, ...chunks]
}

export const textField = (number: number, text: string): Uint8Array[] =>
  bytesField(number, [encoder.encode(text)])

export const integerField = (number: number, value: number): Uint8Array[] => [
  new BinaryWriter().tag(number, WireType.Varint).int64(value).finish(),
]

/** Small messages are handed on in one piece. */
export const joined = (chunks: readonly Uint8Array[]): Uint8Array => Buffer.concat(chunks)
