import { join } from 'node:path'
import { createCleanupStack, type Logger, ReverieError, systemClock } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createChildEngine } from '@reverie/engine'
import { openModelFolder } from '@reverie/models'
import { createCoordinatorLink, createNode, loadIdentity } from '@reverie/network'
import { createDelivery } from './delivery.ts'
import { cpuDevice, largestPixels } from './device.ts'
import { createJobRunner } from './job-runner.ts'
import type { WorkerOptions } from './options.ts'
import { openOutbox } from './outbox.ts'
import { WORKER_SOFTWARE } from './version.ts'
import { createWorker, type Worker } from './worker.ts'

/** Time to finish and deliver when draining, ms. */
const GRACE_MS = 120_000

/** Puts a worker's parts together: the only place that knows all of them. */
export async function composeWorker(
  options: WorkerOptions,
  logger: Logger,
  /** Multiaddr of the coordinator; may take its time. */
  findCoordinator: () => Promise<string>,
): Promise<{
  readonly worker: Worker
  readonly peer: string
  readonly models: readonly string[]
  stop(): Promise<void>
}> {
  const clock = systemClock
  const cleanups = createCleanupStack()
  try {
    const identity = await loadIdentity(options.data)
    const folders = options.models.length > 0 ? options.models : [demoModelFolder]
    const models = await Promise.all(folders.map((folder) => openModelFolder(folder)))
    const [first] = models
    if (!first) throw new ReverieError('invalid_option', 'no model folder was given')

    const engine = await createChildEngine(
      { logger: logger.child({ part: 'engine' }), clock },
      options.threads === undefined ? {} : { threads: options.threads },
    )
    cleanups.add('engine', () => engine.close())
    // What takes longest needs no coordinator; the worker's own check then finds this model loaded.
    const [coordinator] = await Promise.all([findCoordinator(), engine.load(first)])

    const outbox = await openOutbox(join(options.data, 'outbox'), logger)
    const node = await createNode({ identity, logger: logger.child({ part: 'network' }) })
    cleanups.add('network', () => node.stop())
    const link = createCoordinatorLink({ node, logger, clock }, { coordinator })
    cleanups.add('link', () => link.close())

    const delivery = createDelivery({ link, outbox, clock, logger })
    const runner = createJobRunner(
      {
        engine,
        models: new Map(models.map((model) => [model.cid, model])),
        link,
        outbox,
        signer: identity,
        clock,
        logger,
      },
      { name: options.name, onResult: delivery.kick },
    )
    const worker = createWorker(
      { engine, models, link, runner, delivery, clock, logger },
      {
        profile: {
          name: options.name,
          software: WORKER_SOFTWARE,
          device: cpuDevice(),
          slots: 1,
          maxPixels: largestPixels(models),
        },
        graceMs: GRACE_MS,
      },
    )
    cleanups.add('worker', () => worker.drain())
    return {
      worker,
      peer: identity.peer,
      models: models.map(({ manifest }) => manifest.name),
      stop: () => cleanups.stop(),
    }
  } catch (error) {
    await cleanups.stop().catch(() => {})
    throw error
  }
}
