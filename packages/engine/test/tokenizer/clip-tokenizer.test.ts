import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSymbols } from '../../src/tokenizer/byte-symbols.ts'
import { createClipTokenizer } from '../../src/tokenizer/clip-tokenizer.ts'

const WINDOW = 77

/** Every byte, inner and final, two merges and the special tokens. */
const symbols = byteSymbols()
const entries = [
  ...symbols,
  ...symbols.map((symbol) => `${symbol}</w>`),
  'ca',
  'cat</w>',
  '<|startoftext|>',
  '<|endoftext|>',
]
const vocabulary = new Map(entries.map((entry, id) => [entry, id]))
const options = {
  vocabulary,
  merges: [
    ['c', 'a'],
    ['ca', 't</w>'],
  ] as const,
  startToken: '<|startoftext|>',
  endToken: '<|endoftext|>',
  padToken: '!',
  window: WINDOW,
}
const tokenizer = createClipTokenizer(options)
const ids = (...tokens: string[]) =>
  ['<|startoftext|>', ...tokens, '<|endoftext|>'].map((token) => vocabulary.get(token))

describe('words', () => {
  it.each([
    ['joins pairs by rank and marks the end of a word', 'cat', ['cat</w>']],
    ['keeps a merge inside a longer word apart from one at its end', 'cats', ['ca', 't', 's</w>']],
    ['splits digits one by one', '42', ['4</w>', '2</w>']],
    ['ignores case and spare white space', '  CAT \n\t cat ', ['cat</w>', 'cat</w>']],
    ['splits an apostrophe with its letters off', "cat's", ['cat</w>', "'", 's</w>']],
    ['reads special tokens as themselves', '<|endoftext|>', ['<|endoftext|>']],
    ['takes a no-break space for white space', 'cat\u00a0cat', ['cat</w>', 'cat</w>']],
  ])('%s', (_, text, tokens) => {
    expect(tokenizer.encode(text)).toEqual(ids(...tokens))
  })

  it('composes accents before it looks, so that both spellings are one', () => {
    expect(tokenizer.encode('e\u0301')).toEqual(tokenizer.encode('\u00e9'))
  })

  it('lowers a final capital sigma to the ordinary small one', () => {
    expect(tokenizer.encode('Σ')).toEqual(tokenizer.encode('σ'))
    expect(tokenizer.encode('ΑΣ')).toEqual(tokenizer.encode('ασ'))
  })
})

describe('the window', () => {
  it('pads with the pad token', () => {
    const { ids: window, dropped } = tokenizer.encodeWindow('cat')
    expect(window.slice(0, 3)).toEqual(ids('cat</w>'))
    expect(window.slice(3)).toEqual(Array(WINDOW - 3).fill(vocabulary.get('!')))
    expect(dropped).toBe(0)
  })

  it('cuts a long prompt, keeps the end token and counts what is left out', () => {
    const { ids: window, dropped } = tokenizer.encodeWindow('cat '.repeat(80))
    expect(window).toHaveLength(WINDOW)
    expect(window.at(-1)).toBe(vocabulary.get('<|endoftext|>'))
    expect(dropped).toBe(5)
  })

  it('takes any text at all', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
        .map((units) => String.fromCharCode(...units)),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const { ids: window, dropped } = tokenizer.encodeWindow(text)
        expect(window).toHaveLength(WINDOW)
        expect(window.every((id) => Number.isInteger(id) && id >= 0 && id < entries.length)).toBe(
          true,
        )
        expect(dropped).toBe(Math.max(0, tokenizer.encode(text).length - WINDOW))
      }),
    )
  })
})

describe('files that do not belong together', () => {
  it.each([
    ['a special token that the vocabulary lacks', { ...options, endToken: '</s>' }],
    [
      'a merge whose result is not in the vocabulary',
      { ...options, merges: [['z', 'q']] as const },
    ],
    [
      'a vocabulary without all bytes',
      { ...options, vocabulary: new Map([...vocabulary].slice(9)) },
    ],
  ])('are refused: %s', (_, broken) => {
    expect(() => createClipTokenizer(broken)).toThrow(
      expect.objectContaining({ code: 'model_invalid' }),
    )
  })
})
