import { EXIT, type ExitCode, ReverieError } from '@reverie/core'
import type { Terminal } from './terminal.ts'

/** What to do next, where the message alone does not say it. */
const FIXES: Partial<Record<ReverieError['code'], (self: string) => string>> = {
  coordinator_unreachable: (self) => `start one with \`${self} up\`, or name another with --url`,
  unauthorized: () => "give the key with --key or REVERIE_API_KEY; `up` prints the owner's",
  address_in_use: (self) =>
    `stop the other program (another \`${self} up\`?), or take free ports: ${self} up --port 0 --listen-port 0`,
  data_folder_unusable: () =>
    'choose a folder that this user can write with --data, or stop the program that holds it',
}

function exitCodeOf(error: ReverieError): ExitCode {
  switch (error.code) {
    case 'invalid_option':
      return EXIT.usage
    case 'coordinator_unreachable':
      return EXIT.unreachable
    case 'cancelled':
      return EXIT.interrupted
    case 'file_unreadable':
      return EXIT.checkFailed
    default:
      return error.kind === 'user' ? EXIT.refused : EXIT.failed
  }
}

/** Tells an error and returns the exit code for it. Stacks are shown only for bugs. */
export function reportError(
  cause: unknown,
  { terminal, json, self }: { terminal: Terminal; json: boolean; self: string },
): ExitCode {
  const error = ReverieError.from(cause)
  const fix = FIXES[error.code]?.(self)
  if (json) {
    terminal.print(JSON.stringify({ error: { ...error.toObject(), ...(fix ? { fix } : {}) } }))
  } else {
    const { red, dim } = terminal.errStyle
    terminal.say(`${red('✘')} ${error.message}  ${dim(error.code)}`)
    if (error.facts.accepted && !error.message.includes(error.facts.accepted)) {
      terminal.say(`  accepted: ${error.facts.accepted}`)
    }
    if (fix) terminal.say(`  fix: ${fix}`)
    if (error.kind === 'bug') terminal.say(String((error.cause as Error)?.stack ?? error.stack))
  }
  return exitCodeOf(error)
}
