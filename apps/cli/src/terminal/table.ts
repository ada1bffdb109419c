import type { Terminal } from './terminal.ts'

/** Prints rows as columns; the first row is the heading. */
export function printTable({ print }: Pick<Terminal, 'print'>, rows: readonly string[][]): void {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    print(cells.join('  ').trimEnd())
  }
}
