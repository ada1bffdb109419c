import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { decodeMessage, encodeCanonical, parseValue } from './codec.ts'

/** The messages that one side of a protocol may send: how to write and read them. */
export interface MessageSet<T extends { readonly type: string }> {
  /** For error messages, e.g. "job message of a worker". */
  readonly what: string
  /** Bytes of the longest message of the set. */
  readonly maxBytes: number
  /** @throws ReverieError `message_too_large` when it exceeds the limit of its type */
  encode(message: T): Uint8Array
  /**
   * Undefined for a message whose `type` this build does not know: a newer peer may send such, and they are to be
   * skipped. Unknown keys of a known type are dropped.
   * @throws ReverieError `message_too_large`, `message_invalid`
   */
  decode(bytes: Uint8Array): T | undefined
}

const Typed = z.looseObject({ type: z.string().check(z.maxLength(40)) })

/** @param limits largest encoding by message type, bytes; must name every type of `union` */
export function defineMessages<Union extends z.ZodMiniDiscriminatedUnion>(
  what: string,
  union: Union,
  limits: Readonly<Record<string, number>>,
): MessageSet<z.infer<Union> & { readonly type: string }> {
  type Message = z.infer<Union> & { readonly type: string }
  const types = typesOf(union)
  const maxBytes = Math.max(...types.map((type) => limitOf(type)))

  function limitOf(type: string): number {
    const limit = limits[type]
    if (limit === undefined) throw new TypeError(`${what}: no byte limit for "${type}"`)
    return limit
  }
  function checkLength(type: string, bytes: Uint8Array) {
    if (bytes.length <= limitOf(type)) return
    throw new ReverieError(
      'message_too_large',
      `${what}: ${type} has ${bytes.length} bytes; at most ${limitOf(type)} are taken`,
      { type, bytes: bytes.length, maxBytes: limitOf(type) },
    )
  }

  return {
    what,
    maxBytes,
    encode(message) {
      const bytes = encodeCanonical(message)
      checkLength(message.type, bytes)
      return bytes
    },
    decode(bytes) {
      const value = decodeMessage(Typed, bytes, { maxBytes, what })
      if (!types.includes(value.type)) return undefined
      checkLength(value.type, bytes)
      return parseValue(union, value, what) as Message
    },
  }
}

function typesOf(union: z.ZodMiniDiscriminatedUnion): string[] {
  return union.def.options.flatMap((option) => {
    const { shape } = (option as z.ZodMiniObject).def
    return [...((shape.type as z.ZodMiniLiteral<string>).def.values as string[])]
  })
}
