import * as z from 'zod/mini'
import { readTokenizer } from '../../packages/engine/src/in-process.ts'
import { largestDifference, type Outcome } from './outcome.ts'
import { Numbers, readGoldenJson } from './read-golden.ts'

const TokenizerFile = z.object({ cases: z.array(z.object({ text: z.string(), ids: Numbers })) })
const SHOWN_CHARS = 40

export async function checkTokenizer(folder: string, model: string): Promise<Outcome[]> {
  const { cases } = await readGoldenJson(folder, 'tokenizer.json', TokenizerFile)
  const tokenizer = await readTokenizer(model)
  return cases.map(({ text, ids }) => ({
    type: 'checked',
    group: 'tokenizer',
    name: JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text),
    error: largestDifference(tokenizer.encode(text), ids),
    tolerance: 0,
  }))
}
