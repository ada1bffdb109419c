import {
  type Clock,
  type CoordinatorLink,
  type ImageEngine,
  type LinkState,
  type Logger,
  nextWorkerState,
  type WorkerEvent,
  type WorkerProfile,
  type WorkerState,
} from '@reverie/core'
import type { Delivery } from './delivery.ts'
import type { InstalledModels } from './installed-models.ts'
import type { JobRunner } from './job-runner.ts'

/** How long a draining worker waits for a coordinator that is not there, ms: time to dial it twice. */
const AWAY_MS = 5_000

/** One worker process: checks itself, works for its coordinator, drains when told. */
export interface Worker {
  state(): WorkerState
  /** Calls `listener` on every change of state, also with the state of now. Returns the unsubscribe function. */
  onState(listener: (state: WorkerState) => void): () => void
  /** Checks the device with the first model that draws, then dials. Resolves once it works or is waiting for its coordinator. */
  start(): Promise<void>
  /** Takes nothing new, finishes and delivers what it has (for `graceMs` at most), then stops. Memoised. */
  drain(): Promise<void>
}

export function createWorker(
  modules: {
    readonly engine: ImageEngine
    readonly models: InstalledModels
    readonly link: CoordinatorLink
    readonly runner: JobRunner
    readonly delivery: Delivery
    readonly clock: Clock
    readonly logger: Logger
  },
  options: {
    /** All but what changes while it runs. */
    readonly profile: Omit<WorkerProfile, 'warm' | 'draining' | 'models' | 'numericClass'>
    /** Time to finish and deliver when draining, ms. */
    readonly graceMs: number
  },
): Worker {
  const { engine, models, link, runner, delivery, clock, logger } = modules
  const listeners = new Set<(state: WorkerState) => void>()
  let state: WorkerState = 'starting'
  let draining: Promise<void> | undefined
  let announcedWarm = ''

  function move(event: WorkerEvent): void {
    const next = nextWorkerState(state, event)
    if (!next || next === state) return
    logger.debug('state changed', { from: state, to: next })
    state = next
    for (const listener of listeners) listener(state)
  }

  const announce = () => {
    announcedWarm = String(engine.warm())
    link.announce({
      ...options.profile,
      numericClass: engine.numericClass,
      models: models.all.map((model) => model.cid),
      warm: [...engine.warm()],
      draining: state === 'draining',
    })
  }

  /** Jobs go first to whoever has their model loaded. */
  const announceWarm = () => {
    if (String(engine.warm()) !== announcedWarm) announce()
  }

  /** Calls `task` once the coordinator has been away for a while. Results wait for it on disk. */
  function onAway(task: () => void): () => void {
    let cancelTimer = () => {}
    const look = (linkState: LinkState) => {
      cancelTimer()
      cancelTimer = linkState === 'connected' ? () => {} : clock.after(AWAY_MS, task)
    }
    const unsubscribe = link.onState(look)
    look(link.state())
    return () => {
      unsubscribe()
      cancelTimer()
    }
  }

  async function finish(): Promise<void> {
    const grace = new AbortController()
    const cancelTimer = clock.after(options.graceMs, () => grace.abort())
    const expired = new Promise<void>((resolve) => {
      grace.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([runner.idle(), expired])
    const unwatch = onAway(() => grace.abort())
    await delivery.emptied(grace.signal)
    unwatch()
    cancelTimer()
    if (grace.signal.aborted) {
      logger.warn('stopped before everything was finished', { jobs: runner.active() })
    }
  }

  async function drainAndStop(): Promise<void> {
    const connected = link.state() === 'connected'
    runner.refuseNew()
    move('drain')
    announce()
    if (connected || runner.active() > 0) await finish()
    await delivery.stop()
    await link.close()
    await engine.close()
    move('stop')
  }

  return {
    state: () => state,
    onState: (listener) => {
      listeners.add(listener)
      listener(state)
      return () => listeners.delete(listener)
    },
    start: async () => {
      try {
        await engine.load(models.first)
      } catch (error) {
        move('fail')
        throw error
      }
      move('checked')
      if (draining) return
      announce()
      runner.onActive((active) => {
        move(active >= options.profile.slots ? 'busy' : 'idle')
        announceWarm()
      })
      link.onJob(runner.handle)
      link.onState((linkState) => {
        if (linkState === 'refused') {
          logger.error('the coordinator will not have this worker; it stays away for good')
          return move('fail')
        }
        move(linkState === 'connected' ? 'connected' : 'disconnected')
        if (linkState === 'connected' && runner.active() >= options.profile.slots) move('busy')
      })
      delivery.start()
      link.start()
    },
    drain: () => {
      draining ??= drainAndStop()
      return draining
    },
  }
}
