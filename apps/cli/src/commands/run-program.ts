import { EXIT, type ExitCode } from '@reverie/core'
import type { Context } from '../command.ts'
import { onPress } from '../terminal/presses.ts'
import { startProgram } from '../up/program.ts'

/** Flags of ours that the programs do not know. */
const withoutOurs = (argv: readonly string[]): string[] => {
  const left: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--data') i++
    else if (word !== '--json' && !word.startsWith('--data=')) left.push(word)
  }
  return left
}

/**
 * Runs one of the programs in the foreground, its log on stdout. The first Ctrl-C lets it finish what it has, the second
 * ends it.
 */
export async function runProgramHere(
  module: string,
  argv: readonly string[],
  data: string,
  { terminal, json }: Context,
  describe: (facts: Readonly<Record<string, unknown>>) => string,
): Promise<ExitCode> {
  const program = startProgram({
    module,
    args: [...withoutOurs(argv), '--data', data],
    onLine: (line, from) => (from === 'stdout' ? terminal.print(line) : terminal.say(line)),
  })
  const off = onPress((press) => {
    if (press > 1) return program.kill()
    if (!json) terminal.say('\nfinishing (Ctrl-C again ends it now)')
    program.drain()
  })
  program.ready.then(
    (facts) => (json ? terminal.print(JSON.stringify(facts)) : terminal.say(describe(facts))),
    () => {},
  )
  const { how } = await program.ended
  off()
  if (typeof how === 'string') return EXIT.interrupted
  return Object.values(EXIT).find((code) => code === how) ?? EXIT.failed
}
