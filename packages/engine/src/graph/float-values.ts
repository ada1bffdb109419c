import { fromFloat16Bits, toFloat16Bits } from '../runtime/float16.ts'

/** How weights are stored. */
export type FloatFormat = 'float32' | 'float16' | 'bfloat16' | 'float64'

export const BYTES_OF_FORMAT: Readonly<Record<FloatFormat, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
}

/** Little-endian bytes -> a new array; float64 is rounded. */
export function decodeFloats(bytes: Uint8Array, format: FloatFormat): Float32Array {
  // Copied, since an array of wider values has to begin at a multiple of their size.
  const { buffer } = new Uint8Array(bytes)
  if (format === 'float32') return new Float32Array(buffer)
  if (format === 'float64') return Float32Array.from(new Float64Array(buffer))
  if (format === 'float16') return fromFloat16Bits(new Uint16Array(buffer))
  const bits = new Uint16Array(buffer)
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16
  return new Float32Array(words.buffer)
}

/** The reverse: to the nearest value of the format, ties to even. Float32 is a view, not a copy. */
export function encodeFloats(values: Float32Array, format: FloatFormat): Uint8Array {
  if (format === 'float32') return bytesOf(values)
  if (format === 'float64') return bytesOf(Float64Array.from(values))
  if (format === 'float16') return bytesOf(toFloat16Bits(values))
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) bits[i] = bfloat16Bits(words[i] as number)
  return bytesOf(bits)
}

/** Half a unit in the last place, less one where the value is even: carries into the upper half as rounding does. */
function bfloat16Bits(word: number): number {
  const isNan = (word & 0x7fff_ffff) > 0x7f80_0000
  if (isNan) return (word >>> 16) | 0x40
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
}

const bytesOf = (values: Float32Array | Float64Array | Uint16Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
