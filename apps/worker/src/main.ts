import { runProgram } from '@reverie/core'
import { createLogger } from '@reverie/telemetry'
import { composeWorker } from './compose.ts'
import { receiveJoin } from './join-message.ts'
import { compileWorkerOptions } from './options.ts'

await runProgram(process, {
  start: async (tell, stopping) => {
    const options = compileWorkerOptions(process.argv.slice(2))
    const logger = createLogger({ level: options.logLevel, fields: { program: 'worker' } })
    const { worker, peer, models, devices, stop } = await composeWorker(
      options,
      logger,
      async () => options.join ?? receiveJoin(process, stopping),
    )
    worker.onState((state) => tell({ type: 'state', state }))
    try {
      await worker.start()
    } catch (error) {
      await stop()
      throw error
    }
    return { facts: { peer, name: options.name, models, devices }, stop }
  },
  complain: (error) => {
    process.stderr.write(`worker: ${error.message} (${error.code})\n`)
    if (error.kind === 'bug') process.stderr.write(`${error.stack}\n`)
  },
})
