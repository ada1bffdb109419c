/**
 * Runs the bench of a package and prints its figures as a table, or with --json as JSON.
 * Usage: pnpm bench <name> [--json]
 * A bench is packages/<name>/bench/index.ts or apps/<name>/bench/index.ts and exports `bench: () => Promise<Figure[]>`.
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

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  })
  const [name, ...rest] = positionals
  const names = await benchNames()
  if (name === undefined || rest.length > 0 || !names.includes(name)) {
    console.error(`Usage: pnpm bench <name> [--json]; benches: ${names.join(', ')}`)
    return EXIT.usage
  }
  const file = ['packages', 'apps'].map((home) => benchFile(home, name)).find(existsSync)
  const { bench }: { bench: () => Promise<Figure[]> } = await import(pathToFileURL(file ?? '').href)
  const figures = await bench()
  if (values.json) console.log(JSON.stringify({ bench: name, figures }, undefined, 2))
  else {
    console.table(
      figures.map(({ name: figure, value, unit, target }) => ({
        figure,
        value: Number(value.toPrecision(4)),
        unit,
        target: target ?? '',
      })),
    )
  }
  return figures.every(isMet) ? EXIT.ok : EXIT.checkFailed
}

process.exitCode = await main()
