import { expect, it } from 'vitest'
import { fromFloat16Bits, toFloat16Bits } from '../../src/runtime/float16.ts'

const everyPattern = Uint16Array.from({ length: 0x1_0000 }, (_, i) => i)
const INFINITY_BITS = 0x7c00
const isNan = (bits: number) => (bits & 0x7fff) > INFINITY_BITS

/** What IEEE 754 says the bits mean. */
function meaningOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = (bits & 0x3ff) / 1024
  if (exponent === 0) return sign * 2 ** -14 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction)
}

it('gives every bit pattern its value', () => {
  const values = fromFloat16Bits(everyPattern)
  expect([...everyPattern].filter((bits) => !Object.is(values[bits], meaningOf(bits)))).toEqual([])
})

it('turns every value back into its bit pattern, and NaN into a NaN', () => {
  const back = toFloat16Bits(fromFloat16Bits(everyPattern))
  const wrong = [...everyPattern].filter((bits) =>
    isNan(bits) ? !isNan(back[bits] ?? 0) : back[bits] !== bits,
  )
  expect(wrong).toEqual([])
})

it('rounds to nearest, ties to even, between every two neighbours of either sign', () => {
  const magnitudes = everyPattern.subarray(0, INFINITY_BITS)
  for (const sign of [0, 0x8000]) {
    const round = (values: (bits: number) => number) =>
      toFloat16Bits(Float32Array.from(magnitudes, (bits) => (sign ? -1 : 1) * values(bits)))
    // The neighbour of the largest is where the next power of two would be.
    const above = (bits: number) => (bits + 1 === INFINITY_BITS ? 65_536 : meaningOf(bits + 1))
    const middle = (bits: number) => (meaningOf(bits) + above(bits)) / 2
    const gap = (bits: number) => above(bits) - meaningOf(bits)
    const wrong = (got: Uint16Array, wanted: (bits: number) => number) =>
      [...magnitudes].filter((bits) => got[bits] !== (sign | wanted(bits)))
    expect(wrong(round(middle), (bits) => bits + (bits & 1))).toEqual([])
    expect(
      wrong(
        round((bits) => middle(bits) - gap(bits) / 64),
        (bits) => bits,
      ),
    ).toEqual([])
    expect(
      wrong(
        round((bits) => middle(bits) + gap(bits) / 64),
        (bits) => bits + 1,
      ),
    ).toEqual([])
  }
})

it('converts parts of larger arrays', () => {
  const bits = new Uint16Array(4)
  toFloat16Bits(Float32Array.of(0, 1, -2, 0).subarray(1, 3), bits.subarray(1, 3))
  expect(fromFloat16Bits(bits)).toEqual(Float32Array.of(0, 1, -2, 0))
})

it('writes into the arrays given where they have the length', () => {
  const bits = new Uint16Array(2)
  const floats = new Float32Array(2)
  expect(toFloat16Bits(Float32Array.of(1, -2), bits)).toBe(bits)
  expect(fromFloat16Bits(bits, floats)).toBe(floats)
  expect(floats).toEqual(Float32Array.of(1, -2))
  expect(toFloat16Bits(Float32Array.of(1), bits)).not.toBe(bits)
})
