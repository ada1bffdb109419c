import { type Checked, type Outcome, type Verdict, verdictOf } from './outcome.ts'

const NAME_COLUMN = 62
const WORDS: Record<Verdict, string> = { ok: 'ok   ', noise: 'noise', fail: 'FAIL ' }

const NOISE_NOTE = `noise: past the tolerance by what int8 kernels of another CPU than the reference's add, with the finished
pixels within theirs; Python's ONNX Runtime differs as much on such a CPU. --strict counts these as failures.`

export const outcomeLine = (outcome: Checked): string =>
  [
    WORDS[verdictOf(outcome)],
    `${outcome.group}: ${outcome.name}`.padEnd(NAME_COLUMN),
    `error ${shortNumber(outcome.error)}`.padEnd(16),
    `tolerance ${shortNumber(outcome.tolerance)}`,
  ].join(' ')

/** What was skipped and why, the largest error of each group, and the count. */
export function summary(outcomes: readonly Outcome[]): string {
  const checked = outcomes.filter((outcome): outcome is Checked => outcome.type === 'checked')
  const count = (verdict: Verdict) =>
    checked.filter((outcome) => verdictOf(outcome) === verdict).length
  const skipped = outcomes.length - checked.length
  const noise = count('noise')
  return [
    ...skippedLines(outcomes),
    ...groupLines(checked),
    ...(noise > 0 ? [NOISE_NOTE] : []),
    `${checked.length} checked, ${count('ok')} passed, ${noise} within kernel noise, ${count('fail')} failed, ${skipped} skipped`,
  ].join('\n')
}

function skippedLines(outcomes: readonly Outcome[]): string[] {
  const skipped = outcomes.filter((outcome) => outcome.type === 'skipped')
  const byWhy = Map.groupBy(skipped, ({ group, why }) => `${group}: ${why}`)
  return [...byWhy].map(([why, cases]) => `skip ${why} (${cases.length})`)
}

function groupLines(checked: readonly Checked[]): string[] {
  const groups = Map.groupBy(checked, ({ group, tolerance }) => `${group} within ${tolerance}`)
  return [...groups].map(([name, cases]) => {
    const largest = Math.max(...cases.map(({ error }) => error))
    return `largest error of ${name}: ${shortNumber(largest)} (${cases.length} checked)`
  })
}

const shortNumber = (value: number): string =>
  value === 0 || !Number.isFinite(value) ? String(value) : value.toExponential(1)
