import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts'

/** One window of a text encoder. */
export interface TokenChunk {
  /** Start, tokens, end, padding: as many as the window has. */
  readonly ids: readonly number[]
  /** One per id; 1 for start, end and padding. */
  readonly weights: readonly number[]
}

/** A token and how much it counts. */
export interface WeightedToken {
  readonly id: number
  readonly weight: number
}

/** Tokens that a window has room for between its start and its end. */
export const roomOf = (tokenizer: ClipTokenizer): number => tokenizer.window - 2

/** Frames and pads the tokens of a chunk. Whatever follows the first end is padding, even where a prompt spells the end out. */
export function closeChunk(tokenizer: ClipTokenizer, tokens: readonly WeightedToken[]): TokenChunk {
  const { start, end, pad, window } = tokenizer
  const ids = [start, ...tokens.map(({ id }) => id), end]
  const firstEnd = ids.indexOf(end)
  return {
    ids: Array.from({ length: window }, (_, i) => (i > firstEnd ? pad : (ids[i] ?? pad))),
    weights: Array.from({ length: window }, (_, i) => tokens[i - 1]?.weight ?? 1),
  }
}

/** The chunk of the empty prompt. */
export const emptyChunk = (tokenizer: ClipTokenizer): TokenChunk => closeChunk(tokenizer, [])
