import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineSplitter, problemOf } from '../../src/up/log-problems.ts'

describe('problemOf', () => {
  it('makes a sentence of a warning and its reason', () => {
    const line = JSON.stringify({ level: 'warn', msg: 'link lost', reason: 'timed out', x: 1 })
    expect(problemOf(line)).toBe('link lost: timed out')
  })

  it.each(['{"level":"info","msg":"ready"}', 'plain text', '{broken', '{"level":"error"}'])(
    'is silent about %s',
    (line) => {
      expect(problemOf(line)).toBeUndefined()
    },
  )
})

describe('createLineSplitter', () => {
  it('gives the same lines however the text was cut', () => {
    const line = fc.string().map((text) => text.replaceAll('\n', ' '))
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const found: string[] = []
        const split = createLineSplitter((each) => found.push(each))
        const text = lines.map((each) => `${each}\n`).join('')
        for (let at = 0; at < text.length; at += size) split(text.slice(at, at + size))
        expect(found).toEqual(lines)
      }),
    )
  })
})
