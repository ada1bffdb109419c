import {
  type Account,
  type Clock,
  type Logger,
  type RenderEvent,
  type RenderId,
  ReverieError,
} from '@reverie/core'
import type { RenderService } from '@reverie/dispatch'
import { EventStream } from './event-stream.ts'
import { createRenderLedger } from './render-ledger.ts'

/** Streams that one account may have open. */
const MAX_STREAMS_PER_ACCOUNT = 200

export interface WatcherModules {
  readonly renders: Pick<RenderService, 'get' | 'waiting' | 'subscribe'>
  readonly clock: Clock
  readonly log: Logger
}

/** Everybody who watches renders over HTTP. */
export interface Watchers {
  /**
   * The events of a render as a text/event-stream body.
   * @throws ReverieError `render_not_found`, `rate_limited` when the account has too many streams open
   */
  watch(account: Account, render: RenderId, lastEventId: number): Promise<EventStream>
  /** Ends every stream; watchers dial again and find another coordinator, or this one after its restart. */
  close(): void
}

export function createWatchers(
  { renders, clock, log }: WatcherModules,
  { heartbeatMs }: { readonly heartbeatMs: number },
): Watchers {
  const open = new Map<EventStream, Account['id']>()

  function checkRoom({ id }: Account): void {
    const count = [...open.values()].filter((each) => each === id).length
    if (count < MAX_STREAMS_PER_ACCOUNT) return
    throw new ReverieError(
      'rate_limited',
      `This account has ${count} event streams open; close some first.`,
      { accepted: `${MAX_STREAMS_PER_ACCOUNT} open streams` },
    )
  }

  async function watch(account: Account, id: RenderId, lastEventId: number): Promise<EventStream> {
    checkRoom(account)
    // Subscribed before the state is read, so that nothing falls between the two.
    let early: RenderEvent[] | undefined = []
    let live = (event: RenderEvent): void => void early?.push(event)
    const unsubscribe = renders.subscribe(id, (event) => live(event))
    try {
      const render = await renders.get(account, id)
      const snapshot = { render, waiting: await renders.waiting(render) }
      const ledger = createRenderLedger(render.jobs.length)
      const stream = new EventStream(lastEventId)
      let cancelTimer = () => {}

      const tell = (events: readonly RenderEvent[]) => {
        for (const event of events) stream.event(event)
        if (ledger.isDone) stream.finish()
        else if (ledger.isBehind) look()
      }
      /** Compares with the truth: events are best effort. */
      const look = () => {
        const lookAgain = async () => {
          const now = await renders.get(account, id)
          tell(ledger.compare(now, await renders.waiting(now)))
        }
        lookAgain().catch((error: unknown) => log.debug('could not look at a render', { error }))
      }
      const beat = () => {
        stream.heartbeat()
        look()
        cancelTimer = clock.after(heartbeatMs, beat)
      }

      open.set(stream, account.id)
      cancelTimer = clock.after(heartbeatMs, beat)
      stream.once('close', () => {
        open.delete(stream)
        cancelTimer()
        unsubscribe()
      })
      live = (event) => tell(ledger.hear(event))
      tell(ledger.compare(snapshot.render, snapshot.waiting))
      const missed = early
      early = undefined
      for (const event of missed) live(event)
      return stream
    } catch (error) {
      unsubscribe()
      throw error
    }
  }

  return {
    watch,
    close: () => {
      for (const stream of open.keys()) stream.finish()
    },
  }
}
