import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { readModelJson, readModelText } from '../pipeline/model-files.ts'
import { type ClipTokenizer, createClipTokenizer } from './clip-tokenizer.ts'

/** CLIP's window; a tokenizer that states no limit, or an absurd one, gets this. */
const CLIP_WINDOW = 77
const MAX_VOCABULARY_BYTES = 8 * 1024 * 1024

/** A special token is written as text or as an object that carries the text. */
const SpecialToken = z.union([z.string(), z.object({ content: z.string() })])

const TokenizerConfig = z.object({
  bos_token: z._default(SpecialToken, '<|startoftext|>'),
  eos_token: z._default(SpecialToken, '<|endoftext|>'),
  pad_token: z._default(SpecialToken, '<|endoftext|>'),
  model_max_length: z.optional(z.number()),
})

const Vocabulary = z.record(z.string(), z.int().check(z.gte(0), z.lt(1 << 20)))

const textOf = (token: z.infer<typeof SpecialToken>): string =>
  typeof token === 'string' ? token : token.content

/** Folders of tokenizers: SDXL has one per text encoder. */
export type TokenizerFolder = 'tokenizer' | 'tokenizer_2'

/**
 * Reads vocab.json, merges.txt and tokenizer_config.json of a model's tokenizer.
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readTokenizer(
  modelFolder: string,
  folder: TokenizerFolder = 'tokenizer',
): Promise<ClipTokenizer> {
  const [config, vocabulary, merges] = await Promise.all([
    readModelJson(modelFolder, `${folder}/tokenizer_config.json`, TokenizerConfig),
    readModelJson(modelFolder, `${folder}/vocab.json`, Vocabulary, MAX_VOCABULARY_BYTES),
    readModelText(modelFolder, `${folder}/merges.txt`, MAX_VOCABULARY_BYTES),
  ])
  return createClipTokenizer({
    vocabulary: new Map(Object.entries(vocabulary)),
    merges: parseMerges(merges, `${folder}/merges.txt`),
    startToken: textOf(config.bos_token),
    endToken: textOf(config.eos_token),
    padToken: textOf(config.pad_token),
    window: Math.min(config.model_max_length ?? CLIP_WINDOW, CLIP_WINDOW),
  })
}

/** One "left right" pair a line, best first; the first line may name the format's version. */
function parseMerges(text: string, file: string): [string, string][] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.flatMap((line, index): [string, string][] => {
    if (line === '' || (index === 0 && line.startsWith('#version'))) return []
    const [left, right, ...rest] = line.split(' ')
    if (left !== undefined && right !== undefined && rest.length === 0) return [[left, right]]
    throw new ReverieError(
      'model_invalid',
      `${file}, line ${index + 1} is not a pair of symbols; get the file of the model again`,
      { file },
    )
  })
}
