import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { readWeights } from '../../src/prompt/parse-prompt.ts'
import { chunkPrompt } from '../../src/text/chunk-prompt.ts'
import { chunkWords } from '../../src/text/chunk-words.ts'
import { createEmbeddingWords } from '../../src/tokenizer/embedding-words.ts'
import { createToyTokenizer, spell } from '../fixtures/toy-tokenizer.ts'

const Runs = z.array(z.tuple([z.int(), z.number()]))
const Cases = z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), Runs]))]))
const golden = z
  .object({ chunks: Cases, words: Cases })
  .parse(JSON.parse(await readFile(new URL('../golden/prompts.json', import.meta.url), 'utf8')))

const tokenizer = createToyTokenizer()
const words = createEmbeddingWords(tokenizer, new Map())
const runs = (weights: readonly number[]) => {
  const found: [number, number][] = []
  for (const weight of weights) {
    const last = found.at(-1)
    if (last?.[1] === weight) last[0]++
    else found.push([1, weight])
  }
  return found
}

it.each([
  { program: 'AUTOMATIC1111', syntax: 'a1111', chunk: chunkPrompt, cases: golden.chunks },
  { program: 'ComfyUI', syntax: 'comfy', chunk: chunkWords, cases: golden.words },
] as const)('cuts every prompt into the chunks of $program', ({ syntax, chunk, cases }) => {
  for (const [text, expected] of cases) {
    const chunks = chunk(readWeights(text, syntax).pieces, tokenizer, words)
    const spelt = chunks.map(({ ids, weights }) => {
      // All after the first end is padding.
      const end = ids.indexOf(tokenizer.end)
      return [spell(ids.slice(0, end + 1)), runs(weights)]
    })
    expect(spelt, text).toEqual(expected)
  }
})
