import { join } from 'node:path'
import { refuseOperands } from '../args/operands.ts'
import type { Command } from '../command.ts'
import { LISTEN_FLAGS } from '../up/up-options.ts'
import { runProgramHere } from './run-program.ts'

export const coordinator: Command = {
  name: 'coordinator',
  summary: 'run only the coordinator, its log on stdout',
  flags: {
    ...LISTEN_FLAGS,
    'new-owner-key': { type: 'boolean', about: 'make a new API key for the owner and print it' },
  },
  examples: ['coordinator --host 0.0.0.0', 'coordinator --new-owner-key'],
  run: (input, context) => {
    refuseOperands(input)
    const data = join(context.home, 'coordinator')
    return runProgramHere('@reverie/coordinator/main', input.argv, data, context, (facts) =>
      [
        `● coordinator at ${String(facts.url)}, workers join ${String(facts.multiaddrs)}`,
        ...(facts.apiKey
          ? [`key ${String(facts.apiKey)}  (shown once: only its hash is kept)`]
          : []),
      ].join('\n'),
    )
  },
}
