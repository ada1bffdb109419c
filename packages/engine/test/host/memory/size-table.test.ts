import { buildManifestCid } from '@reverie/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  createSizeTable,
  LearnedSizes,
  NOTHING_LEARNED,
} from '../../../src/host/memory/size-table.ts'

const model = buildManifestCid(1)
const other = buildManifestCid(2)
const DAY = 24 * 60 * 60 * 1000

it('knows nothing at first, and lets everything be tried', () => {
  const table = createSizeTable()
  expect(table.largest(model)).toBeUndefined()
  expect(table.rungFor(model, 100)).toBe(0)
  expect(table.mayFit(model, 1e9, 1)).toBe(true)
})

it('begins where this size or a smaller one had to end, and only there', () => {
  const table = createSizeTable()
  table.passed(model, 100, 0, undefined)
  table.passed(model, 400, 2, undefined)
  expect([50, 100, 399, 400, 900].map((pixels) => table.rungFor(model, pixels))).toEqual([
    0, 0, 0, 2, 2,
  ])
  expect(table.rungFor(other, 400)).toBe(0)
})

it('refuses what did not fit, and tries it again when a day has passed', () => {
  let now = 5
  const table = createSizeTable(NOTHING_LEARNED, () => now)
  table.passed(model, 100, 0, undefined)
  table.failed(model, 400)
  expect([100, 399, 400, 900].map((pixels) => table.mayFit(model, pixels))).toEqual([
    true,
    true,
    false,
    false,
  ])
  now += DAY
  expect(table.mayFit(model, 400)).toBe(true)
})

it('refuses what the peaks of smaller sizes say cannot fit', () => {
  const table = createSizeTable()
  table.passed(model, 100, 0, 1_100)
  table.passed(model, 200, 0, 1_200)
  expect(table.mayFit(model, 900, 1_900)).toBe(true)
  expect(table.mayFit(model, 901, 1_900)).toBe(false)
})

it('no longer advertises a size that has stopped fitting', () => {
  const table = createSizeTable()
  table.passed(model, 100, 0, 1)
  table.passed(model, 400, 0, 1)
  table.failed(model, 400)
  expect(table.largest(model)).toBe(100)
})

it('believes a size that passed after all', () => {
  const table = createSizeTable()
  table.failed(model, 400)
  table.passed(model, 400, 3, 10)
  expect(table.mayFit(model, 400)).toBe(true)
  expect(table.largest(model)).toBe(400)
})

it('tells of what is new and only of that', () => {
  const told: unknown[] = []
  const table = createSizeTable(NOTHING_LEARNED, Date.now, (learned) => told.push(learned))
  table.passed(model, 100, 0, 10)
  table.passed(model, 100, 0, 10)
  table.passed(model, 100, 0, 9)
  expect(told).toHaveLength(1)
  table.passed(model, 100, 0, 11)
  expect(told).toHaveLength(2)
})

it('is the same after it was written and read again', () => {
  const change = fc.record({
    size: fc.integer({ min: 1, max: 20 }),
    rung: fc.integer({ min: -1, max: 4 }),
    peak: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let learned = NOTHING_LEARNED
      const table = createSizeTable(
        NOTHING_LEARNED,
        () => 1,
        (now) => {
          learned = now
        },
      )
      for (const { size, rung, peak } of changes) {
        if (rung < 0) table.failed(model, size)
        else table.passed(model, size, rung, peak)
      }
      const again = createSizeTable(
        LearnedSizes.parse(JSON.parse(JSON.stringify(learned))),
        () => 1,
      )
      for (let size = 1; size <= 21; size++) {
        expect(again.mayFit(model, size, 500)).toBe(table.mayFit(model, size, 500))
        expect(again.rungFor(model, size)).toBe(table.rungFor(model, size))
      }
      expect(again.largest(model)).toBe(table.largest(model))
    }),
  )
})
