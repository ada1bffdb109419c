import { COMMON_FLAGS, type Command, type Flags } from './command.ts'

const EXIT_CODES = `exit codes: 0 ok · 1 failed · 2 usage · 3 refused · 4 unreachable · 5 a check failed · 130 interrupted`

/** Rows of two columns; `width` of the left one where several tables stand under each other. */
const table = (
  rows: readonly (readonly [string, string])[],
  width: number = Math.max(...rows.map(([left]) => left.length)),
): string[] => rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)

const flagRows = (flags: Flags): [string, string][] =>
  Object.entries(flags).map(([name, { short, value, about }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    about,
  ])

/** Flags without a group first, then each group under its heading, then those that every command has. */
function flagTables(flags: Flags): string[] {
  const groups = Map.groupBy(Object.entries(flags), ([, { group = '' }]) => group)
  const tables = [...groups.entries()].toSorted(([a], [b]) => Number(a !== '') - Number(b !== ''))
  const rows = tables.map(
    ([group, entries]) => [group, flagRows(Object.fromEntries(entries))] as const,
  )
  const common = flagRows(COMMON_FLAGS)
  const width = Math.max(...[...rows.flatMap(([, each]) => each), ...common].map(([l]) => l.length))
  const lines = rows.flatMap(([group, each]) => [
    ...(group === '' ? [] : ['', group]),
    ...table(each, width),
  ])
  const isGrouped = groups.size > 1
  return [...lines, ...(isGrouped ? [''] : []), ...table(common, width)]
}

export function commandHelp(command: Command, self: string): string {
  return [
    `${self} ${command.name}${command.operands ? ` ${command.operands}` : ''} [options]`,
    command.summary,
    '',
    ...flagTables(command.flags),
    '',
    'examples',
    ...command.examples.map((example) => `  ${self} ${example}`),
    '',
    EXIT_CODES,
  ].join('\n')
}

export function overview(commands: readonly Command[], self: string): string {
  return [
    `${self} <command> [options]`,
    'Renders images on machines that volunteer, and proves offline who rendered what.',
    '',
    ...table(
      commands.map(({ name, operands, summary }): [string, string] => [
        `${name}${operands ? ` ${operands}` : ''}`,
        summary,
      ]),
    ),
    '',
    ...table([
      [`${self} <command> --help`, 'options and examples of a command'],
      [`${self} --version`, 'version'],
      [self, 'what runs here now'],
    ]),
    '',
    EXIT_CODES,
  ].join('\n')
}
