import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BYTES_OF_FORMAT,
  decodeFloats,
  encodeFloats,
  type FloatFormat,
} from '../../src/graph/float-values.ts'

const FORMATS = Object.keys(BYTES_OF_FORMAT) as FloatFormat[]

describe.each(FORMATS)('%s', (format) => {
  it('gives back what it can hold, from any position in a buffer', () => {
    const values = Float32Array.of(0, -0, 1, -2.5, 0.15625, 1024)
    const encoded = encodeFloats(values, format)
    expect(encoded.length).toBe(values.length * BYTES_OF_FORMAT[format])
    const shifted = Buffer.concat([Buffer.of(1), encoded]).subarray(1)
    expect(decodeFloats(shifted, format)).toEqual(values)
  })

  it('keeps infinities and NaN', () => {
    const values = Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN)
    expect(decodeFloats(encodeFloats(values, format), format)).toEqual(values)
  })
})

it('bfloat16 rounds to the nearest, ties to even', () => {
  const rounded = (value: number) =>
    decodeFloats(encodeFloats(Float32Array.of(value), 'bfloat16'), 'bfloat16')[0]
  // 8 bits of fraction: neighbours of 1 are 1/128 apart.
  expect(rounded(1 + 1 / 256)).toBe(1)
  expect(rounded(1 + 3 / 256)).toBe(1 + 2 / 128)
  expect(rounded(1 + 1.01 / 256)).toBe(1 + 1 / 128)
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 }), (value) => {
      const near = rounded(value) ?? Number.NaN
      expect(Math.abs(near - value)).toBeLessThanOrEqual(Math.abs(value) / 256 + 1e-38)
    }),
  )
})

it('a decoded array can be changed without changing the bytes', () => {
  const bytes = Buffer.from(Float32Array.of(1, 2).buffer)
  decodeFloats(bytes, 'float32')[0] = 9
  expect(bytes.readFloatLE(0)).toBe(1)
})
