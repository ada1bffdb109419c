import { PromptSyntax } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrompt, readWeights } from '../../src/prompt/parse-prompt.ts'
import { type RunLength, scheduledAt } from '../../src/prompt/schedule.ts'
import { BREAK } from '../../src/prompt/weighted-text.ts'

const parse = (text: string, syntax: PromptSyntax = 'a1111', modelCalls = 10) =>
  parsePrompt(text, { syntax, run: { modelCalls, steps: modelCalls }, isNegative: false })

/** Texts of the calls 0 to 9 of the first part. */
const overRun = (text: string, run: RunLength = { modelCalls: 10, steps: 10 }) => {
  const [part] = parsePrompt(text, { syntax: 'a1111', run, isNegative: false }).parts
  return Array.from(
    { length: run.modelCalls },
    (_, call) => scheduledAt(part?.texts ?? [], call)?.text,
  )
}

describe('any text at all', () => {
  const marks = fc.constantFrom(
    ...['(', ')', '[', ']', ':', '|', '\\', '1.2', '.', '0.5', ':3]', ' ', '\n', 'cat', '<', '>'],
    ...['BREAK', ' AND ', '<lora:a:1>', '\u0000', '\ud800', '99999999999', 'embedding:'],
  )
  const anything = fc.oneof(
    fc.array(marks, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 100 }),
  )

  it('is read without an error, with finite weights and texts up to the last call', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...PromptSyntax.options), (text, syntax) => {
        const { parts } = parse(text, syntax)
        expect(parts.length).toBeGreaterThan(0)
        for (const { texts, weight } of parts) {
          expect(Number.isFinite(weight)).toBe(true)
          expect(texts.at(-1)?.until).toBe(10)
          for (const each of texts) {
            for (const piece of readWeights(each.text, syntax).pieces) {
              expect(piece === BREAK || Number.isFinite(piece.weight)).toBe(true)
            }
          }
        }
      }),
    )
  })

  it.each([
    '(',
    '[',
    ')',
    ']',
    '((a:',
    '(a:1.2',
    '[a:',
    '[a|',
    ' AND ',
    '<a:',
    ': 1',
    '\\',
    '\n ',
    'BREAK ',
    '()',
  ])('of the longest length made of %j alone takes little time', (mark) => {
    const text = mark.repeat(8_000 / mark.length)
    const start = performance.now()
    for (const syntax of PromptSyntax.options) {
      for (const part of parse(text, syntax).parts) readWeights(part.texts[0]?.text ?? '', syntax)
    }
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('prompt editing', () => {
  it('keeps the first text one call longer than it says, as AUTOMATIC1111 compares', () => {
    expect(overRun('[a:b:0.5]')).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'])
  })

  it('alternates with every call after the first', () => {
    expect(overRun('[a|b]').join('')).toBe('aababababa')
  })

  it('counts whole numbers in steps where a step makes two calls', () => {
    const texts = overRun('[a:b:3]', { modelCalls: 19, steps: 10 })
    expect(texts.indexOf('b')).toBe(7)
  })

  it('counts on in the second pass of a hires fix', () => {
    const second = (text: string, stepsBefore: number) =>
      overRun(text, { modelCalls: 10, steps: 10, stepsBefore }).join('')
    expect(second('[a:b:0.5]', 20)).toBe('bbbbbbbbbb')
    expect(second('[a:b:23]', 20)).toBe('aaaabbbbbb')
    expect(second('[a:b:0.5]', 0)).toBe('aaaaaabbbb')
  })

  it('says why it is not read', () => {
    const { parts, notes } = parse('a | [b:c:0.5]')
    expect(parts[0]?.texts).toEqual([{ until: 10, text: 'a | [b:c:0.5]' }])
    expect(notes).toEqual([expect.stringContaining('a | stands outside [ ]')])
  })
})

describe('what is ignored is told', () => {
  it.each([
    ['a tag of a network', 'a <lora:fur:0.8> cat', 'a  cat', '<lora:fur:0.8>'],
    ['a tag of any other network', 'a <foo:bar> cat', 'a  cat', '<foo:bar>'],
  ])('%s', (_, text, left, named) => {
    const { parts, notes } = parse(text)
    expect(parts[0]?.texts[0]?.text).toBe(left)
    expect(notes).toEqual([expect.stringContaining(named)])
  })

  it('an unusual tag is text where angle brackets mean nothing', () => {
    expect(parse('a <foo:bar> <lora:fur:1>', 'comfy').parts[0]?.texts[0]?.text).toBe('a <foo:bar> ')
    expect(parse('a <lora:fur:1>', 'plain').parts[0]?.texts[0]?.text).toBe('a <lora:fur:1>')
  })

  it.each([
    ['a weight that is no number', '(a:1.2.3)', 'not a number'],
    ['a BREAK inside brackets', '(a BREAK b)', 'BREAK'],
    ['a weight that would overflow', '(a:99999999999)', '10000'],
  ])('%s', (_, text, note) => {
    expect(readWeights(text, 'a1111').notes).toEqual([expect.stringContaining(note)])
  })

  it('prompts joined by AND beyond the eighth', () => {
    const { parts, notes } = parse(Array(10).fill('a').join(' AND '))
    expect(parts).toHaveLength(8)
    expect(notes).toEqual([expect.stringMatching(/^2 of the prompts/)])
  })
})

it('a negative prompt is never split at AND', () => {
  const options = { syntax: 'a1111', run: { modelCalls: 4 }, isNegative: true } as const
  expect(parsePrompt('a AND b', options).parts).toHaveLength(1)
})

it('plain text keeps every sign', () => {
  expect(readWeights('(a:1.2) [b|c] \\( BREAK', 'plain').pieces).toEqual([
    { text: '(a:1.2) [b|c] \\( BREAK', weight: 1 },
  ])
})
