import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { createCleanupStack, type Logger, type RunningProgram, systemClock } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createDispatch, createLocalEvents } from '@reverie/dispatch'
import { openModelFolder } from '@reverie/models'
import { createNode, createWorkerGateway, loadIdentity } from '@reverie/network'
import { createQueue } from '@reverie/queue'
import { createRecords, openBlobFolder, openDatabase } from '@reverie/store'
import { createMetrics } from '@reverie/telemetry'
import { createCatalogue } from './catalogue.ts'
import { createHealth } from './health.ts'
import { buildApp } from './http/app.ts'
import { createInputInspector } from './inspect-input.ts'
import { createInspector } from './inspect-result.ts'
import { listen } from './listen.ts'
import { readOfferedModels } from './offered-models.ts'
import { type CoordinatorOptions, listenAddress } from './options.ts'
import { ensureOwner } from './owner.ts'
import { COORDINATOR_VERSION } from './version.ts'

/** Puts a coordinator's parts together: the only place that knows all of them. Leaves first, the door to the world last. */
export async function composeCoordinator(
  options: CoordinatorOptions,
  logger: Logger,
): Promise<RunningProgram> {
  const clock = systemClock
  const cleanups = createCleanupStack()
  const metrics = createMetrics()
  let stopping = false
  const part = (name: string) => logger.child({ part: name })
  try {
    const identity = await loadIdentity(options.data)
    const models = createCatalogue([
      await openModelFolder(demoModelFolder),
      ...(await readOfferedModels(options.models, part('models'))),
    ])

    const database = await openDatabase(
      { folder: join(options.data, 'database') },
      { logger: part('store') },
    )
    cleanups.add('database', () => database.close())
    const records = createRecords(database)
    const blobs = await openBlobFolder({ folder: join(options.data, 'images') })
    const queue = await createQueue({ pool: database.pool, logger: part('queue') })
    cleanups.add('queue', () => queue.close())

    const node = await createNode(
      { identity, logger: part('network'), metrics: metrics.register },
      { listen: [listenAddress(options)] },
    )
    cleanups.add('network', () => node.stop())
    const gateway = await createWorkerGateway({ node, logger: part('gateway'), clock })
    cleanups.add('gateway', () => gateway.close())

    const dispatch = createDispatch({
      records: records.renders,
      workers: records.workers,
      inputs: records.inputs,
      queue,
      blobs,
      gateway,
      events: createLocalEvents(part('events')),
      catalogue: models.dispatch,
      inspect: createInspector({ signer: identity, now: clock.now }),
      clock,
      logger,
      metrics: metrics.register,
    })
    await dispatch.start()
    cleanups.add('dispatch', () => dispatch.stop())

    const apiKey = await ensureOwner(
      { accounts: records.accounts, clock },
      { newKey: options.newOwnerKey },
    )
    const app = await buildApp(
      {
        renders: dispatch.renders,
        blobs,
        inputs: records.inputs,
        inspectInput: createInputInspector(),
        accounts: records.accounts,
        gateway,
        workerRecords: records.workers,
        models: models.http,
        health: createHealth({
          records: () => database.query('select 1'),
          queue,
          blobs: () => access(blobs.folder, constants.W_OK),
          gateway,
          isStopping: () => stopping,
        }),
        exposition: metrics,
        metrics: metrics.register,
        log: part('http'),
        clock,
      },
      { version: COORDINATOR_VERSION },
    )
    cleanups.add('http', () => app.close())
    const url = await listen(app, options)
    logger.info('coordinator is ready', { url, peer: identity.peer })
    return {
      facts: {
        url,
        peer: identity.peer,
        multiaddrs: node.addresses(),
        ...(apiKey === undefined ? {} : { apiKey }),
      },
      stop: () => {
        stopping = true
        return cleanups.stop()
      },
    }
  } catch (error) {
    await cleanups
      .stop()
      .catch((stopError: Error) =>
        logger.error('could not clean up', { reason: stopError.message }),
      )
    throw error
  }
}
