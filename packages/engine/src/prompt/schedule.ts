import { type PromptNode, parseEditing } from './editing.ts'

/** How long a run is, for what a prompt counts in steps. */
export interface RunLength {
  readonly modelCalls: number
  /** @defaultValue modelCalls */
  readonly steps?: number | undefined
  /** Steps of the pass before, where this is the second pass of a hires fix. @defaultValue 0: this is the first pass */
  readonly stepsBefore?: number | undefined
}

/** The text of all model calls up to `until`, 0-based and inclusive, that no earlier entry covers. */
export interface ScheduledText {
  readonly until: number
  readonly text: string
}

export interface PromptSchedule {
  /** By `until`, at least one. */
  readonly texts: readonly ScheduledText[]
  readonly notes: readonly string[]
}

/**
 * What [from:to:when], [add:when], [rem::when] and [a|b] make of a prompt over a run, as AUTOMATIC1111 does: `when` with a
 * decimal point is a share of the run, without one a step; after `when` steps the second text counts, and because model
 * calls are numbered from 0 while ends are compared inclusively, the first text gets one call more; [a|b] starts with two
 * calls of `a` for the same reason. In the second pass of a hires fix, shares count on from 1 and steps from the first
 * pass's. Takes any text.
 */
export function schedulePrompt(text: string, run: RunLength): PromptSchedule {
  const { modelCalls } = run
  const nodes = parseEditing(text)
  if (nodes === undefined) {
    const notes = text.includes('[')
      ? ['prompt editing is not read where a | stands outside [ ] or a backslash ends the line']
      : []
    return { texts: [{ until: modelCalls, text }], notes }
  }
  const ends = new Set([modelCalls])
  const notes: string[] = []
  collectEnds(nodes, run, ends)
  const texts = [...ends]
    .sort((a, b) => a - b)
    .map((until) => ({ until, text: textAt(nodes, until, run) }))
  return { texts, notes }
}

/** The entry for a model call, 0-based. */
export const scheduledAt = <T extends { readonly until: number }>(
  entries: readonly T[],
  call: number,
): T | undefined => entries.find(({ until }) => call <= until) ?? entries[0]

function collectEnds(nodes: readonly PromptNode[], run: RunLength, ends: Set<number>): void {
  for (const node of nodes) {
    if (typeof node === 'string') continue
    if (node.kind === 'edited') {
      const end = endOf(node.when, run)
      if (end >= 1) ends.add(end)
      collectEnds(node.before, run, ends)
      collectEnds(node.after, run, ends)
    } else {
      for (let call = 1; call <= run.modelCalls; call++) ends.add(call)
      for (const option of node.options) collectEnds(option, run, ends)
    }
  }
}

function textAt(nodes: readonly PromptNode[], call: number, run: RunLength): string {
  let text = ''
  for (const node of nodes) {
    if (typeof node === 'string') text += node
    else if (node.kind === 'edited') {
      text += textAt(call <= endOf(node.when, run) ? node.before : node.after, call, run)
    } else text += textAt(node.options[(call - 1) % node.options.length] ?? [], call, run)
  }
  return text
}

function endOf(
  when: string,
  { modelCalls, steps = modelCalls, stepsBefore = 0 }: RunLength,
): number {
  const value = Number(when)
  if (when.includes('.')) {
    const share = value - (stepsBefore > 0 ? 1 : 0)
    return Math.min(modelCalls, Math.trunc(share * modelCalls))
  }
  const callsPerStep = Math.max(1, Math.round(modelCalls / steps))
  return Math.min(modelCalls, Math.trunc((value - stepsBefore) * callsPerStep))
}
