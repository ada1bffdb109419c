const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae

/**
 * The printable character that stands for each byte in a byte-level BPE vocabulary (GPT-2's table): printable Latin-1
 * bytes stand for themselves, the rest take code points from 256 up.
 */
export function byteSymbols(): string[] {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : next++),
  )
}
