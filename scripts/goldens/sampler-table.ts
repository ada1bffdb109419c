import { type Checked, type Outcome, verdictOf } from './outcome.ts'

/** What a row and a column of the table stand for; only sampler runs have it. */
export interface TableCell {
  readonly row: string
  readonly column: string
}

type InTable = Checked & { readonly cell: TableCell }

const isInTable = (outcome: Outcome): outcome is InTable =>
  outcome.type === 'checked' && outcome.cell !== undefined

/**
 * Samplers by schedules in Markdown: the largest error over every number of steps, relative to the largest value of the
 * state, and in brackets how many runs. A cell that fails says so; one without a reference is empty.
 */
export function samplerTable(outcomes: readonly Outcome[]): string {
  const checked = outcomes.filter(isInTable)
  const columns = [...new Set(checked.map(({ cell }) => cell.column))]
  const rows = Map.groupBy(checked, ({ cell }) => cell.row)
  const lines = [...rows].map(([row, runs]) => {
    const cells = columns.map((column) => cellOf(runs.filter(({ cell }) => cell.column === column)))
    return [row, ...cells]
  })
  const header = ['sampler', ...columns]
  const widths = header.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)),
  )
  const write = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [write(header), write(widths.map((width) => '-'.repeat(width))), ...lines.map(write)].join(
    '\n',
  )
}

function cellOf(runs: readonly Checked[]): string {
  if (runs.length === 0) return ''
  const error = Math.max(...runs.map((run) => run.error))
  const failed = runs.some((run) => verdictOf(run) === 'fail') ? ' FAIL' : ''
  return `${error.toExponential(1)} (${runs.length})${failed}`
}
