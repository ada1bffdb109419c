import { join } from 'node:path'
import { createCleanupStack, type Logger, systemClock } from '@reverie/core'
import { deviceName, proveSizes } from '@reverie/engine'
import { createCoordinatorLink, createNode, loadIdentity } from '@reverie/network'
import { createDelivery } from './delivery.ts'
import { chooseDevices, offeredPixels, profileDevice, startEngines } from './device.ts'
import { isCheckpoint, openInstalledModels } from './installed-models.ts'
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
  /** What it renders on, as people read it. */
  readonly devices: readonly string[]
  stop(): Promise<void>
}> {
  const clock = systemClock
  const cleanups = createCleanupStack()
  try {
    const identity = await loadIdentity(options.data)
    const models = await openInstalledModels(
      { named: options.models, library: options.library },
      logger,
    )

    const engineLogger = logger.child({ part: 'engine' })
    const devices = await chooseDevices(options.devices, engineLogger)
    const { pool: engine, engines } = await startEngines(devices, options, {
      logger: engineLogger,
      clock,
    })
    cleanups.add('engine', () => engine.close())
    // What takes longest needs no coordinator; the worker's own check then finds this model loaded.
    const [coordinator] = await Promise.all([
      findCoordinator(),
      ...engines.map((each) => proveSizes(each, models.first, engineLogger)),
    ])

    const outbox = await openOutbox(join(options.data, 'outbox'), logger)
    const node = await createNode({ identity, logger: logger.child({ part: 'network' }) })
    cleanups.add('network', () => node.stop())
    const link = createCoordinatorLink({ node, logger, clock }, { coordinator })
    cleanups.add('link', () => link.close())

    const delivery = createDelivery({ link, outbox, clock, logger })
    const runner = createJobRunner(
      {
        engine,
        models: new Map(models.all.map((model) => [model.cid, model])),
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
          device: profileDevice(devices),
          slots: engine.slots,
          maxPixels: offeredPixels(engine, models.all.filter(isCheckpoint)),
        },
        graceMs: GRACE_MS,
      },
    )
    cleanups.add('worker', () => worker.drain())
    return {
      worker,
      peer: identity.peer,
      models: models.all.map(({ manifest }) => manifest.name),
      devices: devices.map(({ device, name }) => `${name} (${deviceName(device)})`),
      stop: () => cleanups.stop(),
    }
  } catch (error) {
    await cleanups.stop().catch(() => {})
    throw error
  }
}
