// IEEE 754 binary16 as bits in a Uint16Array: what graphs with float16 inputs and outputs take and give. The platform's
// own conversion is exact and, measured, twice as fast as one in JavaScript.

const asHalf = (bits: Uint16Array): Float16Array =>
  new Float16Array(bits.buffer, bits.byteOffset, bits.length)

/**
 * Rounds to the nearest float16, ties to even, subnormals included; magnitudes from 65520 on become infinite.
 * @param into reused when it has the length; otherwise a new array is made
 */
export function toFloat16Bits(source: Float32Array, into?: Uint16Array): Uint16Array {
  const bits = into?.length === source.length ? into : new Uint16Array(source.length)
  asHalf(bits).set(source)
  return bits
}

/**
 * Exact.
 * @param into reused when it has the length; otherwise a new array is made
 */
export function fromFloat16Bits(bits: Uint16Array, into?: Float32Array): Float32Array {
  const floats = into?.length === bits.length ? into : new Float32Array(bits.length)
  floats.set(asHalf(bits))
  return floats
}
