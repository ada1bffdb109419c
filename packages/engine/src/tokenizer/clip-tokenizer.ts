import { ReverieError } from '@reverie/core'
import { createBpe } from './bpe.ts'

export interface TokenizerOptions {
  readonly vocabulary: ReadonlyMap<string, number>
  /** Pairs in order of rank. */
  readonly merges: readonly (readonly [string, string])[]
  readonly startToken: string
  readonly endToken: string
  readonly padToken: string
  /** Tokens per window, start and end included: 77 for CLIP. */
  readonly window: number
}

/** A prompt as a text encoder takes it. */
export interface TokenWindow {
  /** `window` ids: start, prompt, end, padding. */
  readonly ids: readonly number[]
  /** Tokens of the prompt that did not fit and were left out. */
  readonly dropped: number
}

export interface ClipTokenizer {
  readonly start: number
  readonly end: number
  /** What fills a window after its end: the end itself for CLIP-L, "!" for OpenCLIP. */
  readonly pad: number
  /** The comma at the end of a word; undefined in a vocabulary without it. */
  readonly comma: number | undefined
  /** Tokens per window, start and end included. */
  readonly window: number
  /** Every token of `text` and no other; of any length. Never throws. */
  tokens(text: string): number[]
  /** Start, every token of `text`, end; of any length. Never throws. */
  encode(text: string): number[]
  /** One window for the text encoder: longer prompts are cut, shorter ones padded. */
  encodeWindow(text: string): TokenWindow
}

/** Words seen before; prompts repeat them. */
const CACHED_WORDS = 20_000
const CACHED_WORD_CHARS = 64

/**
 * CLIP's tokenizer: text in NFC, white space collapsed, lower case; words are runs of letters, single digits, runs of
 * other characters and English clitics; each word is split by BPE over its bytes.
 * @throws ReverieError `model_invalid` when a special token or a byte is not in the vocabulary
 */
export function createClipTokenizer(options: TokenizerOptions): ClipTokenizer {
  const { vocabulary, window } = options
  const special = (token: string): number => {
    const id = vocabulary.get(token)
    if (id !== undefined) return id
    throw new ReverieError(
      'model_invalid',
      `the tokenizer's vocab.json lacks the special token ${JSON.stringify(token)} that tokenizer_config.json names`,
      { file: 'vocab.json' },
    )
  }
  const start = special(options.startToken)
  const end = special(options.endToken)
  const pad = special(options.padToken)
  const specials = new Map([
    [options.startToken, start],
    [options.endToken, end],
  ])
  const words = wordPattern([...specials.keys()])
  const bpe = createBpe(vocabulary, options.merges)
  const cache = new Map<string, readonly number[]>()

  const idsOf = (word: string): readonly number[] => {
    const id = specials.get(word)
    if (id !== undefined) return [id]
    const cached = cache.get(word)
    if (cached !== undefined) return cached
    const ids = bpe(word)
    if (word.length <= CACHED_WORD_CHARS) {
      if (cache.size >= CACHED_WORDS) cache.clear()
      cache.set(word, ids)
    }
    return ids
  }

  const tokens = (text: string): number[] => (normalise(text).match(words) ?? []).flatMap(idsOf)
  const encode = (text: string): number[] => [start, ...tokens(text), end]

  return {
    start,
    end,
    pad,
    comma: vocabulary.get(',</w>'),
    window,
    tokens,
    encode,
    encodeWindow(text) {
      const ids = encode(text)
      if (ids.length > window) {
        return { ids: [...ids.slice(0, window - 1), end], dropped: ids.length - window }
      }
      return { ids: [...ids, ...Array<number>(window - ids.length).fill(pad)], dropped: 0 }
    },
  }
}

/** Lower case goes character by character: in whole strings JavaScript turns a final capital sigma into another letter. */
const normalise = (text: string): string =>
  Array.from(text.toWellFormed().normalize('NFC'), (char) => char.toLowerCase())
    .join('')
    .replaceAll(/\p{White_Space}+/gu, ' ')

const wordPattern = (specials: readonly string[]): RegExp =>
  new RegExp(
    [
      ...specials.map((token) => token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')),
      "'(?:s|t|re|ve|m|ll|d)",
      '\\p{L}+',
      '\\p{N}',
      '[^\\p{White_Space}\\p{L}\\p{N}]+',
    ].join('|'),
    'gu',
  )
