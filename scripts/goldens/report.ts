import { type Outcome, passed } from './outcome.ts'

type Checked = Extract<Outcome, { type: 'checked' }>

const NAME_COLUMN = 62

export const outcomeLine = (outcome: Checked): string =>
  [
    passed(outcome) ? 'ok  ' : 'FAIL',
    `${outcome.group}: ${outcome.name}`.padEnd(NAME_COLUMN),
    `error ${shortNumber(outcome.error)}`.padEnd(16),
    `tolerance ${shortNumber(outcome.tolerance)}`,
  ].join(' ')

/** What was skipped and why, the largest error of each group, and the count. */
export function summary(outcomes: readonly Outcome[]): string {
  const checked = outcomes.filter((outcome): outcome is Checked => outcome.type === 'checked')
  const failed = checked.filter((outcome) => !passed(outcome)).length
  const skipped = outcomes.length - checked.length
  return [
    ...skippedLines(outcomes),
    ...groupLines(checked),
    `${checked.length} checked, ${checked.length - failed} passed, ${failed} failed, ${skipped} skipped`,
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
