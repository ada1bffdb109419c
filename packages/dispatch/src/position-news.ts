import type { RenderId } from '@reverie/core'
import type { Dispatcher } from './dispatcher.ts'
import { namesIn } from './model-names.ts'
import type { DispatchOptions } from './options.ts'
import type { DispatchModules } from './ports.ts'
import { waitingOf } from './positions.ts'

/** Tells those who watch a waiting render when its place in line or its reason changes. */
export function createPositionNews(
  modules: DispatchModules & { readonly dispatcher: Dispatcher },
  options: Pick<DispatchOptions, 'positionsEveryMs'>,
): { start(): void; stop(): Promise<void> } {
  const { records, events, clock, dispatcher } = modules
  const logger = modules.logger.child({ part: 'positions' })
  const nameOf = namesIn(modules.catalogue)
  let told = new Map<string, string>()
  let cancelTimer: () => void = () => {}
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function tell(id: RenderId, next: Map<string, string>): Promise<void> {
    const render = await records.render(id)
    if (!render) return
    const waiting = await waitingOf(modules.queue, dispatcher.candidates(), render, nameOf)
    for (const job of render.jobs) {
      const place = waiting.get(job.id)
      if (!place) continue
      const news = `${place.position} ${place.reason?.code} ${place.reason?.message}`
      next.set(job.id, news)
      if (told.get(job.id) === news) continue
      events.publish(id, {
        type: 'queued',
        job: job.id,
        index: job.index,
        position: place.position,
        ...(place.reason ? { reason: place.reason } : {}),
      })
    }
  }

  async function tellAll(): Promise<void> {
    const next = new Map<string, string>()
    for (const id of events.watched()) await tell(id, next)
    told = next
  }

  function schedule(): void {
    if (stopped) return
    cancelTimer = clock.after(options.positionsEveryMs, () => {
      running = tellAll()
        .catch((error: Error) => logger.warn('positions not told', { reason: error.message }))
        .then(schedule)
    })
  }

  return {
    start: schedule,
    stop: async () => {
      stopped = true
      cancelTimer()
      await running
    },
  }
}
