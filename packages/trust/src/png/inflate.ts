import { pngError } from './error.ts'
import { BitReader, damaged, type Huffman, huffman } from './huffman.ts'

/** Base length and extra bits of length codes 257 to 285, and of distance codes 0 to 29 (RFC 1951, 3.2.5). */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
const distanceExtra = (code: number): number => Math.max(0, (code >> 1) - 1)
const distanceBase = (code: number): number =>
  code < 2 ? code + 1 : ((2 + (code & 1)) << distanceExtra(code)) + 1
/** zlib makes under 100 blocks of a mebibyte; thousands of empty ones would only cost time. */
const MAX_BLOCKS = 1_024
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
/** Grows by doubling up to a hard bound, so a small bomb costs little memory. */
class Output {
  readonly #maxBytes: number
  #bytes = new Uint8Array(4_096)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(bytes: Iterable<number> & { readonly length: number }): void {
    this.#room(bytes.length)
    for (const byte of bytes) this.#bytes[this.#length++] = byte
  }

  copy(distance: number, length: number): void {
    if (distance > this.#length) throw damaged('it refers to before its start')
    this.#room(length)
    for (let i = 0; i < length; i++) {
      this.#bytes[this.#length] = this.#bytes[this.#length - distance] as number
      this.#length++
    }
  }

  result(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(more: number): void {
    const needed = this.#length + more
    if (needed > this.#maxBytes) {
      throw pngError(
        `A compressed PNG text holds more than the ${this.#maxBytes} bytes that are read`,
      )
    }
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.result())
    this.#bytes = grown
  }
}

/**
 * Decompresses a zlib stream (RFC 1950 and 1951). Bit by bit: texts are small, and browsers inflate only asynchronously.
 * @throws ReverieError `file_unreadable` when it is damaged or holds more than `maxBytes`
 */
export function inflateZlib(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const reader = new BitReader(bytes)
  const [method, flags] = reader.alignedBytes(2) as unknown as [number, number]
  if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || flags & 32) {
    throw damaged('it is not a zlib stream')
  }
  const output = new Output(maxBytes)
  let blocks = 0
  for (let last = 0; last === 0; ) {
    if (++blocks > MAX_BLOCKS) throw damaged(`it has more than ${MAX_BLOCKS} blocks`)
    last = reader.bits(1)
    const type = reader.bits(2)
    if (type === 0) stored(reader, output)
    else if (type === 1) compressed(reader, output, fixedLiterals(), fixedDistances())
    else if (type === 2) compressed(reader, output, ...dynamicCodes(reader))
    else throw damaged('a block has an unknown type')
  }
  const result = output.result()
  const stated = reader.alignedBytes(4).reduce((value, byte) => value * 256 + byte, 0)
  if (adler32(result) !== stated) throw damaged('its checksum does not match')
  return result
}

function stored(reader: BitReader, output: Output): void {
  const [a = 0, b = 0, c = 0, d = 0] = reader.alignedBytes(4)
  const length = a | (b << 8)
  if ((length ^ (c | (d << 8))) !== 0xffff) throw damaged('a stored block has a wrong length')
  output.push(reader.alignedBytes(length))
}

const fixedLiterals = (): Huffman =>
  huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)))
const fixedDistances = (): Huffman => huffman(Array.from({ length: 30 }, () => 5))

function dynamicCodes(reader: BitReader): [Huffman, Huffman] {
  const literals = reader.bits(5) + 257
  const distances = reader.bits(5) + 1
  const codeLengths = new Array<number>(19).fill(0)
  const codes = reader.bits(4) + 4
  for (const position of CODE_LENGTH_ORDER.slice(0, codes)) codeLengths[position] = reader.bits(3)
  const table = huffman(codeLengths)
  const lengths: number[] = []
  while (lengths.length < literals + distances) {
    const symbol = reader.symbol(table)
    if (symbol < 16) lengths.push(symbol)
    else lengths.push(...repeated(reader, symbol, lengths.at(-1)))
  }
  if (lengths.length > literals + distances) throw damaged('a table is longer than it states')
  return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))]
}

function repeated(reader: BitReader, symbol: number, previous: number | undefined): number[] {
  if (symbol === 17) return new Array<number>(3 + reader.bits(3)).fill(0)
  if (symbol === 18) return new Array<number>(11 + reader.bits(7)).fill(0)
  if (previous === undefined) throw damaged('a table repeats nothing')
  return new Array<number>(3 + reader.bits(2)).fill(previous)
}

function compressed(
  reader: BitReader,
  output: Output,
  literals: Huffman,
  distances: Huffman,
): void {
  for (;;) {
    const symbol = reader.symbol(literals)
    if (symbol < 256) output.push([symbol])
    else if (symbol === 256) return
    else {
      const base = LENGTH_BASE[symbol - 257]
      if (base === undefined) throw damaged('a length code is unknown')
      const length = base + reader.bits(LENGTH_EXTRA[symbol - 257] as number)
      const code = reader.symbol(distances)
      if (code > 29) throw damaged('a distance code is unknown')
      output.copy(distanceBase(code) + reader.bits(distanceExtra(code)), length)
    }
  }
}

function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return b * 65_536 + a
}
