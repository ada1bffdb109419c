import { COMMON_FLAGS, type Command, type Flags } from './command.ts'

const EXIT_CODES = `exit codes: 0 ok · 1 failed · 2 usage · 3 refused · 4 unreachable · 5 a check failed · 130 interrupted`

const table = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

const flagRows = (flags: Flags): [string, string][] =>
  Object.entries(flags).map(([name, { short, value, about }]) => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    about,
  ])

export function commandHelp(command: Command, self: string): string {
  return [
    `${self} ${command.name}${command.operands ? ` ${command.operands}` : ''} [options]`,
    command.summary,
    '',
    ...table([...flagRows(command.flags), ...flagRows(COMMON_FLAGS)]),
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
