/**
 * Runs the bench of a package and prints its figures as tables, or with --json as JSON.
 * Usage: pnpm bench <name> [--json] [--full]
 * A bench is packages/<name>/bench/index.ts or apps/<name>/bench/index.ts and exports
 * `bench: (options: BenchOptions) => Promise<Figure[]>`.
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { EXIT } from '../packages/core/src/index.ts'

/** One measured number. */
interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the design asks for, where it asks; `atMost` decides which side is good. */
  readonly target?: number
  readonly atMost?: boolean
  /** Title of the table it stands in. @defaultValue none */
  readonly table?: string
  /** Its row there: the table then has a column per name. */
  readonly row?: string
}

interface BenchOptions {
  /** Also what takes minutes and gigabytes, where a bench has that. */
  readonly isFull: boolean
  /** Says what is being done. */
  readonly progress: (line: string) => void
  /** A sentence that belongs to the figures. */
  readonly note: (line: string) => void
}

const root = resolve(import.meta.dirname, '..')
const benchFile = (home: string, name: string) => resolve(root, home, name, 'bench/index.ts')

async function benchNames(): Promise<string[]> {
  const homes = await Promise.all(
    ['packages', 'apps'].map(async (home) =>
      (await readdir(resolve(root, home))).filter((name) => existsSync(benchFile(home, name))),
    ),
  )
  return homes.flat()
}

const isMet = ({ value, target, atMost = true }: Figure): boolean =>
  target === undefined || (atMost ? value <= target : value >= target)

const rounded = (value: number): number => Number(value.toPrecision(4))

/** One line per figure. */
const asLines = (figures: readonly Figure[]) =>
  figures.map(({ name, value, unit, target }) => ({
    figure: name,
    value: rounded(value),
    unit,
    target: target ?? '',
  }))

/** One line per row, one column per name. */
function asColumns(figures: readonly Figure[]): Record<string, Record<string, number>> {
  const rows: Record<string, Record<string, number>> = {}
  for (const { row = '', name, value, unit } of figures) {
    const cells = rows[row] ?? {}
    cells[unit === '' ? name : `${name}, ${unit}`] = rounded(value)
    rows[row] = cells
  }
  return rows
}

function printTables(figures: readonly Figure[]): void {
  for (const [title, own] of Map.groupBy(figures, ({ table }) => table)) {
    if (title !== undefined) console.log(`\n${title}`)
    console.table(own.some(({ row }) => row !== undefined) ? asColumns(own) : asLines(own))
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, full: { type: 'boolean', default: false } },
  })
  const [name, ...rest] = positionals
  const names = await benchNames()
  if (name === undefined || rest.length > 0 || !names.includes(name)) {
    console.error(`Usage: pnpm bench <name> [--json] [--full]; benches: ${names.join(', ')}`)
    return EXIT.usage
  }
  const file = ['packages', 'apps'].map((home) => benchFile(home, name)).find(existsSync)
  const { bench }: { bench: (options: BenchOptions) => Promise<Figure[]> } = await import(
    pathToFileURL(file ?? '').href
  )
  const notes: string[] = []
  const figures = await bench({
    isFull: values.full,
    progress: (line) => console.error(`… ${line}`),
    note: (line) => notes.push(line),
  })
  if (values.json) console.log(JSON.stringify({ bench: name, figures, notes }, undefined, 2))
  else {
    printTables(figures)
    for (const line of notes) console.log(line)
  }
  return figures.every(isMet) ? EXIT.ok : EXIT.checkFailed
}

process.exitCode = await main()
