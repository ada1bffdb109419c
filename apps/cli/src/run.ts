import { EXIT, type ExitCode, ReverieError } from '@reverie/core'
import { parseInput } from './args/parse-input.ts'
import { didYouMean } from './args/suggest.ts'
import type { Command, Context } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { homeFolder, selfName } from './home.ts'
import { reportError } from './terminal/report-error.ts'
import type { Terminal } from './terminal/terminal.ts'
import { CLI_VERSION } from './version.ts'

export interface Surroundings {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly commands: readonly Command[]
  /** The command that runs when none is named. */
  readonly bare: Command
}

interface Found {
  readonly command: Command
  readonly rest: readonly string[]
}

const isWord = (text: string | undefined): text is string =>
  text !== undefined && !text.startsWith('-')

/** @throws ReverieError `invalid_option` for a word that is no command */
function find(argv: readonly string[], commands: readonly Command[], bare: Command): Found {
  const [first, second] = argv
  if (!isWord(first)) return { command: bare, rest: argv }
  const two = commands.find(({ name }) => name === `${first} ${second}`)
  if (two) return { command: two, rest: argv.slice(2) }
  const one = commands.find(({ name }) => name === first)
  if (one) return { command: one, rest: argv.slice(1) }
  const names = commands.map(({ name }) => name)
  const under = names.filter((name) => name.startsWith(`${first} `))
  const typed = isWord(second) && under.length > 0 ? `${first} ${second}` : first
  const hint = under.length > 0 ? ` Did you mean ${under.join(', ')}?` : didYouMean(typed, names)
  throw new ReverieError('invalid_option', `There is no command "${typed}".${hint}`, {
    accepted: names.join(', '),
  })
}

const HELP = new Set(['--help', '-h', 'help'])
const VERSION = new Set(['--version', '-v'])

/** Runs one command line and tells its errors. Never rejects. */
export async function run(
  argv: readonly string[],
  { terminal, env, commands, bare }: Surroundings,
): Promise<ExitCode> {
  // Known before parsing, so that a parsing error is told in the form that was asked for.
  const json = argv.includes('--json')
  const self = selfName
  try {
    const [first = ''] = argv
    if (VERSION.has(first)) {
      terminal.print(json ? JSON.stringify({ version: CLI_VERSION }) : CLI_VERSION)
      return EXIT.ok
    }
    if (HELP.has(first) && (first !== 'help' || argv.length === 1)) {
      terminal.print(overview(commands, self))
      return EXIT.ok
    }
    const wantsHelp = first === 'help'
    const { command, rest } = find(wantsHelp ? argv.slice(1) : argv, commands, bare)
    const input = parseInput(rest, command.flags)
    if (wantsHelp || input.values.help) {
      terminal.print(commandHelp(command, self))
      return EXIT.ok
    }
    const home = homeFolder(input.values.data as string | undefined, env)
    const context: Context = { terminal, env, json: input.values.json === true, home, self }
    return await command.run(input, context)
  } catch (error) {
    return reportError(error, { terminal, json, self })
  }
}
