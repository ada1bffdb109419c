/** Bytes of the longest length prefix taken: 2^28 is far above any frame. */
export const MAX_VARINT_BYTES = 4

/** Unsigned LEB128, as in libp2p's length-prefixed framing. */
export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/**
 * Adds one byte to the value read so far.
 * @param index 0-based place of `byte` in its varint
 */
export const addVarintByte = (value: number, byte: number, index: number): number =>
  value + (byte & 0x7f) * 2 ** (7 * index)

export const isLastVarintByte = (byte: number): boolean => byte < 0x80
