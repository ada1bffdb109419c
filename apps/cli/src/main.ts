import { enableCompileCache } from 'node:module'

enableCompileCache()
// Loaded after the cache is on, so that it covers them.
const [{ run }, { COMMANDS }, { state }, { createTerminal }] = await Promise.all([
  import('./run.ts'),
  import('./commands/index.ts'),
  import('./commands/state.ts'),
  import('./terminal/terminal.ts'),
])
// A reader that went away (`reverie ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const terminal = createTerminal(process.stdout, process.stderr, process.env)
const surroundings = { terminal, env: process.env, commands: COMMANDS, bare: state }
process.exitCode = await run(process.argv.slice(2), surroundings)
