import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bar, duration, fit } from '../../src/terminal/bar.ts'
import { bytesText } from '../../src/terminal/bytes.ts'

describe('bar', () => {
  it('has its width whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer(),
        fc.integer({ min: 0, max: 80 }),
        (step, of, width) => {
          expect(bar(step, of, width)).toHaveLength(width)
        },
      ),
    )
  })

  it('is full at the last step and empty before the first', () => {
    expect(bar(0, 4, 4)).toBe('────')
    expect(bar(4, 4, 4)).toBe('━━━━')
  })
})

describe('duration', () => {
  it.each([
    [0, '0.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [119_000, '119 s'],
    [125_000, '2 min 5 s'],
    [-5, '0.0 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})

describe('fit', () => {
  it('cuts what would wrap, counting whole characters', () => {
    expect(fit('🍎🍎🍎🍎', 4)).toBe('🍎🍎…')
    expect(fit('abc', 4)).toBe('abc')
  })
})

describe('bytesText', () => {
  it.each([
    [999, '999 B'],
    [28_012_345, '28.0 MB'],
    [5e15, '5000.0 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })
})
