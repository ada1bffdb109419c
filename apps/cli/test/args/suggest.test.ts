import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, suggest } from '../../src/args/suggest.ts'

const word = fc.string({ maxLength: 12 })

describe('editDistance', () => {
  it('counts swapped neighbours as one edit', () => {
    expect(editDistance('redner', 'render')).toBe(1)
  })

  it('is zero exactly for equal words, the same both ways, and at most the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b)
        expect(distance === 0).toBe(a === b)
        expect(editDistance(b, a)).toBe(distance)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})

describe('suggest', () => {
  const commands = ['up', 'render', 'verify', 'worker']

  it.each([
    ['rendr', 'render'],
    ['RENDER', 'render'],
    ['wroker', 'worker'],
    ['upp', 'up'],
  ])('takes %s for %s', (typed, meant) => {
    expect(suggest(typed, commands)).toBe(meant)
  })

  it('suggests nothing where nothing is near', () => {
    expect(suggest('banana', commands)).toBeUndefined()
    expect(didYouMean('banana', commands)).toBe('')
  })

  it('stays quick on input that is no typo', () => {
    expect(suggest('r'.repeat(1_000_000), commands)).toBeUndefined()
  })
})
