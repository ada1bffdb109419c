import { decode, encode } from '@ipld/dag-cbor'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

/** Characters of a field's path in an error message. */
const MAX_FIELD_CHARS = 80

export interface DecodeOptions {
  /** Bytes; larger input is refused unread. */
  readonly maxBytes: number
  /** What is being decoded, for the error message. */
  readonly what: string
}

/** Canonical DAG-CBOR: one value has exactly one encoding, so it can be hashed and signed. */
export const encodeCanonical = (value: unknown): Uint8Array => encode(value)

/**
 * Parses hostile bytes: size, then DAG-CBOR, then schema, then canonical form (encoding the parsed value gives the same bytes).
 * @throws ReverieError `message_too_large`, `message_invalid`
 */
export function decodeCanonical<T extends z.ZodMiniType>(
  schema: T,
  bytes: Uint8Array,
  options: DecodeOptions,
): z.infer<T> {
  const value = decodeMessage(schema, bytes, options)
  const again = encode(value)
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) {
    throw new ReverieError(
      'message_invalid',
      `${options.what} is not canonical DAG-CBOR: encoding it again gives other bytes`,
    )
  }
  return value
}

/**
 * Parses a message of a peer: size, then DAG-CBOR, then schema. Keys a newer peer adds are dropped unless the schema is strict.
 * @throws ReverieError `message_too_large`, `message_invalid`
 */
export function decodeMessage<T extends z.ZodMiniType>(
  schema: T,
  bytes: Uint8Array,
  { maxBytes, what }: DecodeOptions,
): z.infer<T> {
  if (bytes.length > maxBytes) {
    throw new ReverieError(
      'message_too_large',
      `${what} has ${bytes.length} bytes; at most ${maxBytes} are taken`,
    )
  }
  let value: unknown
  try {
    value = decode(bytes)
  } catch (cause) {
    throw new ReverieError(
      'message_invalid',
      `${what} is not DAG-CBOR: ${(cause as Error).message}`,
      {},
      { cause },
    )
  }
  return parseValue(schema, value, what)
}

/**
 * Holds decoded data against a schema.
 * @throws ReverieError `message_invalid`, naming the first field at fault
 */
export function parseValue<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
  what: string,
): z.infer<T> {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  // The path may hold keys of the peer's choosing.
  const field = issue?.path.join('.').slice(0, MAX_FIELD_CHARS) || '(root)'
  throw new ReverieError(
    'message_invalid',
    `${what}: field ${field}: ${issue?.message ?? 'invalid'}`,
    { field },
  )
}
