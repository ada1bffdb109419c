import { createCleanupStack } from '@reverie/core'
import { createDispatcher } from './dispatcher.ts'
import { createFaultPolicy } from './faults.ts'
import { createInputSource } from './input-source.ts'
import { createLeaseRunner } from './lease-runner.ts'
import { createLeaseTable } from './leases.ts'
import { dispatchMetrics } from './metrics.ts'
import { DISPATCH_DEFAULTS, type DispatchOptions } from './options.ts'
import { createParameters } from './parameters.ts'
import type { DispatchModules } from './ports.ts'
import { createPositionNews } from './position-news.ts'
import { createReconciler } from './reconciler.ts'
import { createRenderService, type RenderService } from './render-service.ts'
import { createSettlement } from './settlement.ts'

export interface Dispatch {
  readonly renders: RenderService
  /** Puts the queue right, then takes results and hands out jobs. */
  start(): Promise<void>
  /** Accepts and hands out nothing more. Leases under way are left to the workers: their results are taken after the next start. */
  stop(): Promise<void>
}

/**
 * The brain of a coordinator: admission, matching, leases, settlement, reconciliation. Knows ports only.
 *
 * @example
 * const dispatch = createDispatch(modules, { maxFaults: 3 })
 * await dispatch.start()
 * const { render } = await dispatch.renders.submit(account, { prompt: 'red apple' })
 */
export function createDispatch(
  modules: DispatchModules,
  overrides: Partial<DispatchOptions> = {},
): Dispatch {
  const options = { ...DISPATCH_DEFAULTS, ...overrides }
  const measures = dispatchMetrics(modules.metrics)
  const leases = createLeaseTable()
  const parametersOf = createParameters(modules.records)
  const faults = createFaultPolicy({ ...modules, measures }, options)
  const shared = { ...modules, leases, faults, measures, parametersOf }
  const runner = createLeaseRunner(shared, options)
  const dispatcher = createDispatcher({ ...shared, runner }, options)
  const reconciler = createReconciler(shared, options)
  const news = createPositionNews({ ...modules, dispatcher }, options)
  const cleanups = createCleanupStack()
  let stopping = false

  return {
    renders: createRenderService({ ...shared, dispatcher, isStopping: () => stopping }),
    start: async () => {
      await reconciler.once()
      modules.gateway.onResult(createSettlement(shared))
      modules.gateway.onInput(createInputSource(shared))
      const unsubscribe = modules.gateway.onChange(({ type, worker }) => {
        // A worker can change its profile a hundred times a second; that is no news of when it was here.
        if (type === 'updated') return
        void modules.workers
          .seen(worker.peer, worker.profile.name, modules.clock.now())
          .catch((error: Error) =>
            modules.logger.warn('worker not recorded', { reason: error.message }),
          )
      })
      cleanups.add('worker records', unsubscribe)
      dispatcher.start()
      cleanups.add('dispatcher', () => dispatcher.stop())
      reconciler.start()
      cleanups.add('reconciler', () => reconciler.stop())
      news.start()
      cleanups.add('position news', () => news.stop())
    },
    stop: () => {
      stopping = true
      return cleanups.stop()
    },
  }
}
