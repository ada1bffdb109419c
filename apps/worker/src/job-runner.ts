import { homedir } from 'node:os'
import {
  type Clock,
  type CoordinatorLink,
  type ImageEngine,
  type JobHandler,
  type JobId,
  type JobProgress,
  type JobSpec,
  type LeaseEnd,
  type Logger,
  ReverieError,
} from '@reverie/core'
import type { Signer } from '@reverie/trust'
import { hideFolders } from './hide-folders.ts'
import { gatherInputs, type ModelsByCid, modelOf } from './job-inputs.ts'
import { saidAbout } from './notes.ts'
import type { Outbox } from './outbox.ts'
import { createPreviews } from './previews.ts'
import { writeReceipt } from './receipts.ts'

/** Renders the jobs that the coordinator leases to this worker. */
export interface JobRunner {
  readonly handle: JobHandler
  /** Jobs under way. */
  active(): number
  /** Calls `listener` when the number of active jobs changes. */
  onActive(listener: (active: number) => void): void
  /** From now on every new job is handed back at once. */
  refuseNew(): void
  /** Resolves when no job is under way. */
  idle(): Promise<void>
}

/** A job under way. A coordinator that was cut off may lease it to us again: that lease joins the run. */
interface Run {
  readonly end: Promise<LeaseEnd>
  readonly abort: AbortController
  readonly listeners: Set<(progress: JobProgress) => void>
  last: JobProgress | undefined
}

const fault = (error: unknown, models: ModelsByCid): LeaseEnd => ({
  type: 'fault',
  error: hideFolders(
    ReverieError.from(error, 'engine_failed').toObject(),
    models.values(),
    homedir(),
  ),
})

export function createJobRunner(
  modules: {
    readonly engine: ImageEngine
    readonly models: ModelsByCid
    readonly link: Pick<CoordinatorLink, 'coordinator' | 'input'>
    readonly outbox: Outbox
    readonly signer: Signer
    readonly clock: Clock
    readonly logger: Logger
  },
  options: { readonly name: string; readonly onResult: (job: JobId) => void },
): JobRunner {
  const { engine, models, link, outbox, signer, clock, logger } = modules
  const runs = new Map<JobId, Run>()
  const activeListeners = new Set<(active: number) => void>()
  const previews = createPreviews(clock)
  const idleWaiters = new Set<() => void>()
  let refusing = false

  const changed = () => {
    for (const listener of activeListeners) listener(runs.size)
    if (runs.size > 0) return
    for (const resolve of idleWaiters) resolve()
    idleWaiters.clear()
  }

  async function render(
    spec: JobSpec,
    signal: AbortSignal,
    onProgress: (progress: JobProgress) => void,
  ): Promise<LeaseEnd> {
    const startedAt = clock.now()
    try {
      const { coordinator } = link
      if (!coordinator) throw new ReverieError('worker_refused', 'the coordinator is not known yet')
      const model = modelOf(models, spec.model)
      const inputs = await gatherInputs(spec, { models, link }, signal)
      let calls = 0
      const told = previews.pace(onProgress)
      const image = await engine.render(model, spec, {
        inputs,
        signal,
        previewEvery: previews.every(model),
        onProgress: (progress) => {
          calls = progress.of
          told(progress)
        },
      })
      previews.finished(model, image.timing, calls)
      const { precision } = model.manifest
      const numericClass = { ...image.numericClass, precision }
      const work = { spec, image, numericClass, startedAt, finishedAt: clock.now() }
      const receipt = await writeReceipt(work, { signer, name: options.name }, coordinator)
      await outbox.put({ coordinator, spec, image: image.file, receipt, ...saidAbout(image) })
      options.onResult(spec.job)
      logger.info('image rendered', { job: spec.job, ms: Math.round(image.timing.total) })
      return { type: 'finished' }
    } catch (error) {
      if (signal.aborted) return { type: 'cancelled' }
      logger.warn('job failed', { job: spec.job, reason: (error as Error).message })
      return fault(error, models)
    }
  }

  function begin(spec: JobSpec): Run {
    const abort = new AbortController()
    const listeners: Run['listeners'] = new Set()
    const run: Run = {
      abort,
      listeners,
      last: undefined,
      end: render(spec, abort.signal, (progress) => {
        run.last = progress
        for (const listener of listeners) listener(progress)
      }).finally(() => {
        runs.delete(spec.job)
        changed()
      }),
    }
    runs.set(spec.job, run)
    changed()
    return run
  }

  async function join(
    run: Run,
    { signal, onProgress }: Parameters<JobHandler>[1],
  ): Promise<LeaseEnd> {
    const cancel = () => run.abort.abort()
    run.listeners.add(onProgress)
    if (run.last) onProgress(run.last)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      return await run.end
    } finally {
      signal.removeEventListener('abort', cancel)
      run.listeners.delete(onProgress)
    }
  }

  return {
    handle: async (spec, lease) => {
      // What cannot be read, or is for another coordinator, is rendered anew.
      const kept = await outbox.get(spec.job).catch(() => undefined)
      if (kept && kept.coordinator === link.coordinator) {
        options.onResult(spec.job)
        return { type: 'finished' }
      }
      const known = runs.get(spec.job)
      if (!known && refusing) return { type: 'cancelled' }
      return join(known ?? begin(spec), lease)
    },
    active: () => runs.size,
    onActive: (listener) => void activeListeners.add(listener),
    refuseNew: () => {
      refusing = true
    },
    idle: () => {
      if (runs.size === 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      idleWaiters.add(resolve)
      return promise
    },
  }
}
