/** A run of a prompt's text and how much it counts; 1 is as it stands. */
export interface WeightedText {
  readonly text: string
  readonly weight: number
}

/** What stands between two weighted texts where the second starts a chunk of its own. */
export const BREAK = 'break'

/** A prompt's text in order. */
export type PromptPiece = WeightedText | typeof BREAK

/** A prompt's text as pieces, and sentences about what was ignored in it. */
export interface PromptReading {
  readonly pieces: readonly PromptPiece[]
  readonly notes: readonly string[]
}

/** Far above any weight that draws something, far below what overflows float32 in a text encoder's output. */
const LARGEST_WEIGHT = 10_000

/** The weight itself, or the nearest one that cannot overflow; not a number counts as 1. */
export function boundedWeight(weight: number): number {
  if (Number.isNaN(weight)) return 1
  return Math.min(LARGEST_WEIGHT, Math.max(-LARGEST_WEIGHT, weight))
}
