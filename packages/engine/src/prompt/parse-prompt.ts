import type { PromptSyntax } from '@reverie/core'
import { readAttention } from './attention.ts'
import { readComfyWeights } from './comfy-weights.ts'
import { splitComposed } from './compose.ts'
import { removeNetworkTags } from './network-tags.ts'
import { type RunLength, type ScheduledText, schedulePrompt } from './schedule.ts'
import type { PromptReading } from './weighted-text.ts'

/** Each costs a row of every UNet call. */
const MAX_PARTS = 8

/** One of the prompts that AND joins, over a run. */
export interface PromptPart {
  readonly weight: number
  readonly texts: readonly ScheduledText[]
}

export interface ParsedPrompt {
  /** At least one. */
  readonly parts: readonly PromptPart[]
  /** Sentences about what was ignored. */
  readonly notes: readonly string[]
}

export interface PromptOptions {
  readonly syntax: PromptSyntax
  readonly run: RunLength
  /** Negative prompts are not joined: AND is a word in them. */
  readonly isNegative: boolean
}

/** Splits a prompt into its parts and their texts over a run. Takes any text; never throws. */
export function parsePrompt(prompt: string, options: PromptOptions): ParsedPrompt {
  const { syntax, run, isNegative } = options
  const { text, notes } = removeNetworkTags(prompt, syntax)
  if (syntax !== 'a1111') {
    return { parts: [{ weight: 1, texts: [{ until: run.modelCalls, text }] }], notes }
  }
  const composed = isNegative ? [{ text, weight: 1 }] : splitComposed(text)
  const kept = composed.slice(0, MAX_PARTS)
  const scheduled = kept.map((part) => ({ ...part, ...schedulePrompt(part.text, run) }))
  const surplus = composed.length - kept.length
  return {
    parts: scheduled.map(({ weight, texts }) => ({ weight, texts })),
    notes: [
      ...notes,
      ...(surplus > 0
        ? [`${surplus} of the prompts joined by AND are left out: at most ${MAX_PARTS} count`]
        : []),
      ...scheduled.flatMap((part) => part.notes),
    ],
  }
}

/** The weights in one text of a parsed prompt. Takes any text; never throws. */
export function readWeights(text: string, syntax: PromptSyntax): PromptReading {
  if (syntax === 'a1111') return readAttention(text)
  return syntax === 'comfy' ? readComfyWeights(text) : { pieces: [{ text, weight: 1 }], notes: [] }
}
