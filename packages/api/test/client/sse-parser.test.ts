import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseParser } from '../../src/client/sse-parser.ts'

const LIMIT = 1024

const parseAll = (pieces: readonly string[]) => {
  const parse = createSseParser(LIMIT)
  return pieces.flatMap((piece) => parse(piece))
}

/** Cuts `text` at the given places. */
const cut = (text: string, places: readonly number[]): string[] => {
  const at = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort(
    (a, b) => a - b,
  )
  return at.slice(1).map((end, i) => text.slice(at[i], end))
}

describe('createSseParser', () => {
  it('reads ids and data and skips comments, events and retry', () => {
    const stream = 'retry: 5\n: hello\n\nid: 1\nevent: queued\ndata: {"a":1}\n\ndata:x\ndata: y\n\n'
    expect(parseAll([stream])).toEqual([
      { id: '1', data: '{"a":1}' },
      { id: '1', data: 'x\ny' },
    ])
  })

  it('keeps the last id for messages without one, and takes an id without a message', () => {
    expect(parseAll(['id: 1\ndata: a\n\n', 'data: b\n\n', 'id: 2\n\ndata: c\n\n'])).toEqual([
      { id: '1', data: 'a' },
      { id: '1', data: 'b' },
      { id: '2', data: 'c' },
    ])
  })

  it('gives nothing for a message whose blank line has not come', () => {
    expect(parseAll(['data: half\n'])).toEqual([])
  })

  it('reads the same wherever the network cuts the stream and however lines end', () => {
    const line = fc.stringMatching(/^[^\r\n]*$/)
    const messages = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 })
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(messages, lineEnd, fc.array(fc.nat(), { maxLength: 8 }), (all, end, places) => {
        const text = all
          .map((lines) => lines.map((each) => `data: ${each}${end}`).join('') + end)
          .join('')
        // A lone CR at the very end may be half of a CRLF, so one more line must follow it.
        const pieces = [...cut(text, places), `:${end}:`]
        expect(parseAll(pieces).map(({ data }) => data)).toEqual(
          all.map((lines) => lines.join('\n')),
        )
      }),
    )
  })

  it('refuses a message that never ends', () => {
    const parse = createSseParser(LIMIT)
    expect(() => {
      for (let i = 0; i < LIMIT; i++) parse('data: more\n')
    }).toThrow(RangeError)
    expect(() => parse('data: and more\n\n')).toThrow(RangeError)
  })

  it('refuses a line that never ends', () => {
    const parse = createSseParser(LIMIT)
    expect(() => {
      for (let i = 0; i < LIMIT; i++) parse(i === 0 ? 'data: ' : 'more')
    }).toThrow(RangeError)
  })
})
