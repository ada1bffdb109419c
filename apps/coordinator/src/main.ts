import { runProgram } from '@reverie/core'
import { createLogger } from '@reverie/telemetry'
import { composeCoordinator } from './compose.ts'
import { compileCoordinatorOptions } from './options.ts'

await runProgram(process, {
  start: async () => {
    const options = compileCoordinatorOptions(process.argv.slice(2))
    const logger = createLogger({ level: options.logLevel, fields: { program: 'coordinator' } })
    return composeCoordinator(options, logger)
  },
  complain: (error) => {
    process.stderr.write(`coordinator: ${error.message} (${error.code})\n`)
    if (error.kind === 'bug') process.stderr.write(`${error.stack}\n`)
  },
})
