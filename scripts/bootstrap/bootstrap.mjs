import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.mjs'
import { Failure } from './failure.mjs'
import { ensureInstalled } from './install.mjs'
import { createSteps } from './steps.mjs'
import { ensureToolchain } from './toolchain.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What each task runs, once Node 24, pnpm and the packages are there. */
const TASKS = {
  start: (tools, args) => ({
    command: tools.node,
    args: ['--conditions=reverie-source', join(root, 'apps/cli/src/main.ts'), 'up', ...args],
  }),
  test: (tools, args) => ({
    command: tools.node,
    args: [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args],
  }),
  exec: (_tools, [command, ...args]) => ({ command, args }),
}

/** @returns {Promise<number>} the exit code */
export async function bootstrap(task, args) {
  const plan = TASKS[task]
  if (!plan || (task === 'exec' && args.length === 0)) {
    console.error('usage: node scripts/bootstrap/run.mjs start|test [arguments] | exec <command>')
    return 2
  }
  const steps = createSteps(process.stderr)
  try {
    const tools = await ensureToolchain(root, steps)
    await ensureInstalled(root, tools, steps)
    const { command, args: rest } = plan(tools, args)
    return await runChild(command, rest, { cwd: process.cwd(), env: tools.env })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    steps.fail()
    console.error(`✘ ${error.message}`)
    if (error.fix) console.error(`  fix: ${error.fix}`)
    if (error.details) console.error(error.details.replace(/^/gm, '  | '))
    return 1
  }
}
