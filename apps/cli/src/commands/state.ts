import { EXIT, isReverieError } from '@reverie/core'
import { refuseOperands } from '../args/operands.ts'
import type { Command } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { CLI_VERSION } from '../version.ts'

/** What bare `reverie` shows. */
export const state: Command = {
  name: 'status',
  summary: 'what runs here now',
  flags: CONNECT_FLAGS,
  examples: ['status', 'status --json'],
  run: async (input, context) => {
    refuseOperands(input)
    const { terminal, json, home, self } = context
    const { client, url } = await connect(input, context)
    try {
      const [{ ready, parts }, { workers }] = await Promise.all([
        client.ready(),
        client.listWorkers(),
      ])
      const count = (wanted: string) => workers.filter((each) => each.state === wanted).length
      const counts = { ready: count('ready'), draining: count('draining') }
      if (json)
        terminal.print(JSON.stringify({ running: true, url, ready, parts, workers: counts }))
      else {
        const { green, yellow } = terminal.outStyle
        const mark = ready ? green('●') : yellow('●')
        terminal.print(
          `${mark} ${url} · ${counts.ready} ${counts.ready === 1 ? 'worker' : 'workers'} ready${counts.draining > 0 ? `, ${counts.draining} draining` : ''}`,
        )
        for (const { name, reason } of parts) if (reason) terminal.print(`  ${name}: ${reason}`)
        terminal.print(`try   ${self} render "red apple, 3d style, blue background"`)
      }
      return ready ? EXIT.ok : EXIT.failed
    } catch (error) {
      if (!isReverieError(error) || error.code !== 'coordinator_unreachable') throw error
      if (json) terminal.print(JSON.stringify({ running: false, url, home }))
      else {
        terminal.print(`○ nothing answers at ${url} · reverie ${CLI_VERSION} · data ${home}`)
        terminal.print(`try   ${self} up        all commands: ${self} --help`)
      }
      return EXIT.unreachable
    }
  },
}
