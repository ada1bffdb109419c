import { describe, expect, it } from 'vitest'
import { readWeights } from '../../src/prompt/parse-prompt.ts'
import { chunkPrompt } from '../../src/text/chunk-prompt.ts'
import { chunkWords } from '../../src/text/chunk-words.ts'
import { createEmbeddingWords } from '../../src/tokenizer/embedding-words.ts'
import { createToyTokenizer, spell } from '../fixtures/toy-tokenizer.ts'

const tokenizer = createToyTokenizer({ window: 7, padToken: '!' })
const embeddings = new Map([
  ['cat', [1000, 1001]],
  ['cat face', [2000, 2001, 2002]],
])
const words = createEmbeddingWords(tokenizer, embeddings)
const idsOf = (text: string) =>
  chunkPrompt(readWeights(text, 'a1111').pieces, tokenizer, words).map(({ ids }) => ids)

describe('padding', () => {
  it('follows the first end with the tokenizer’s own pad', () => {
    expect(idsOf('a').map(spell)).toEqual(['<a>!!!!'])
  })

  it('follows an end that the prompt spells out', () => {
    expect(idsOf('a <|endoftext|> b').map(spell)).toEqual(['<a>!!!!'])
  })
})

describe('embeddings', () => {
  it('take the place of their names in any case, the longest first', () => {
    expect(idsOf('a CAT b')[0]?.slice(1, 5)).toEqual([
      ...tokenizer.tokens('a'),
      1000,
      1001,
      ...tokenizer.tokens('b'),
    ])
    expect(idsOf('cat face')[0]?.slice(1, 4)).toEqual([2000, 2001, 2002])
  })

  it('are not parted between two chunks', () => {
    const [first, second] = idsOf('a b c cat face')
    expect(spell(first ?? [])).toBe('<abc>!!')
    expect(second?.slice(1, 4)).toEqual([2000, 2001, 2002])
  })

  it('carry the weight of their name', () => {
    const [chunk] = chunkPrompt(readWeights('(cat:1.5)', 'a1111').pieces, tokenizer, words)
    expect(chunk?.weights).toEqual([1, 1.5, 1.5, 1, 1, 1, 1])
  })

  it('larger than a window are cut to it, and the chunks end', () => {
    const large = createEmbeddingWords(tokenizer, new Map([['z', [1, 2, 3, 4, 5, 6, 7, 8]]]))
    const chunks = chunkPrompt([{ text: 'z z', weight: 1 }], tokenizer, large)
    expect(chunks.map(({ ids }) => ids.slice(1, 6))).toEqual(Array(2).fill([1, 2, 3, 4, 5]))
  })

  it('are found behind the prefix of ComfyUI', () => {
    const { text, notes } = words.resolve('(embedding:Cat:1.2), embedding:cat, dog', false)
    expect(text).toBe('(Cat:1.2), cat, dog')
    expect(notes).toEqual([])
  })

  it('that are unknown are told, and left out where ComfyUI would', () => {
    expect(words.resolve('a embedding:cats b', false)).toEqual({
      text: 'a embedding:cats b',
      notes: [expect.stringContaining('embedding:cats')],
    })
    expect(words.resolve('a embedding:cats b', true).text).toBe('a  b')
  })
})

it('a word that does not fit goes whole into the next chunk in ComfyUI’s way', () => {
  const chunks = chunkWords([{ text: 'abc def', weight: 1 }], tokenizer, words)
  expect(chunks.map(({ ids }) => spell(ids))).toEqual(['<abc>!!', '<def>!!'])
})
