import { Unzlib } from 'fflate'
import { pngError } from './error.ts'

/** Compressed bytes given to the inflater at a time: deflate packs at most 1032 to 1, so a bomb costs little memory. */
const SLICE_BYTES = 1_024
/** Bytes of the checksum that ends a zlib stream. */
const TRAILER_BYTES = 4

const damaged = (why: string) => pngError(`A compressed PNG text is damaged: ${why}`)

/**
 * Decompresses a zlib stream (RFC 1950), synchronously, which browsers themselves cannot.
 * @throws ReverieError `file_unreadable` when it is damaged or holds more than `maxBytes`
 */
export function inflateZlib(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  let ended = false
  const inflater = new Unzlib((part, isLast) => {
    length += part.length
    ended = isLast
    if (length > maxBytes) {
      throw pngError(`A compressed PNG text holds more than the ${maxBytes} bytes that are read`)
    }
    parts.push(part)
  })
  try {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      const end = at + SLICE_BYTES
      inflater.push(bytes.subarray(at, end), end >= bytes.length)
    }
  } catch (error) {
    if (length > maxBytes) throw error
    throw damaged(error instanceof Error ? error.message : String(error))
  }
  if (!ended) throw damaged('it ends too early')
  const result = joined(parts, length)
  if (adler32(result) !== trailer(bytes)) throw damaged('its checksum does not match')
  return result
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const trailer = (bytes: Uint8Array): number =>
  bytes.slice(-TRAILER_BYTES).reduce((value, byte) => value * 256 + byte, 0)

/** The checksum of RFC 1950, which fflate leaves to its caller. */
function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return b * 65_536 + a
}
