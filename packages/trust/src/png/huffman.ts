import { pngError } from './error.ts'

const MAX_CODE_BITS = 15

/** A compressed text that is not sound deflate: `file_unreadable`. */
export const damaged = (what: string) => pngError(`A compressed PNG text is damaged: ${what}`)

/** A canonical Huffman code: how many codes each length has, and the symbols in code order. */
export interface Huffman {
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

/** The code of these lengths by symbol, 0 = unused. @throws ReverieError `file_unreadable` when no such code exists */
export function huffman(lengths: readonly number[]): Huffman {
  const counts = new Uint16Array(MAX_CODE_BITS + 1)
  for (const length of lengths) counts[length] = (counts[length] as number) + 1
  let left = 1
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    left = left * 2 - (counts[bits] as number)
    if (left < 0) throw damaged('a Huffman code has too many symbols')
  }
  const symbols = lengths
    .map((length, symbol) => ({ length, symbol }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.length - b.length || a.symbol - b.symbol)
  return { counts, symbols: Uint16Array.from(symbols, ({ symbol }) => symbol) }
}

/** Reads the least significant bit first, as deflate does. */
export class BitReader {
  readonly #bytes: Uint8Array
  #bit = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  bits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value |= this.#next() << i
    return value
  }

  symbol({ counts, symbols }: Huffman): number {
    let code = 0
    let first = 0
    let index = 0
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      code |= this.#next()
      const count = counts[bits] as number
      if (code - first < count) return symbols[index + code - first] as number
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw damaged('a code is not in its table')
  }

  /** Whole bytes from the next byte boundary on. */
  alignedBytes(count: number): Uint8Array {
    const start = (this.#bit + 7) >> 3
    if (start + count > this.#bytes.length) throw damaged('it is truncated')
    this.#bit = (start + count) * 8
    return this.#bytes.subarray(start, start + count)
  }

  #next(): number {
    const byte = this.#bytes[this.#bit >> 3]
    if (byte === undefined) throw damaged('it is truncated')
    return (byte >> (this.#bit++ & 7)) & 1
  }
}
