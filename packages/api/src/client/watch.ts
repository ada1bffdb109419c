import { isReverieError, RenderEvent, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { RouteDefinition } from '../route.ts'
import { noAnswerError } from './answer-error.ts'
import { messagesOf } from './event-stream.ts'
import type { Send } from './transport.ts'

export interface ReconnectOptions {
  /** Wait before the first retry, milliseconds; doubles with each failure in a row. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** Failures in a row after which the last one is thrown. */
  readonly maxFailures: number
  /** Silence after which a stream counts as dead, milliseconds. Servers send something every 15 s. */
  readonly silenceMs: number
}

export const DEFAULT_RECONNECT: ReconnectOptions = {
  firstDelayMs: 250,
  maxDelayMs: 8_000,
  maxFailures: 8,
  silenceMs: 45_000,
}

const FINAL_EVENTS: ReadonlySet<RenderEvent['type']> = new Set(['image', 'failed', 'cancelled'])

const isWorthRetrying = (error: unknown): boolean =>
  isReverieError(error) && (error.kind === 'operational' || error.code === 'rate_limited')

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function parseEvent(data: string): RenderEvent | undefined {
  // An event type of a newer coordinator is skipped, not an error.
  const parsed = z.safeParse(RenderEvent, JSON.parse(data))
  return parsed.success ? parsed.data : undefined
}

/**
 * Events of a render until `done`, over as many connections as it takes. Each connection starts with the current state;
 * ends that were told before are not told again.
 * @throws ReverieError `render_not_found`, `unauthorized`, and `coordinator_unreachable` after too many failures in a row
 */
export async function* watchRender(
  send: Send,
  route: RouteDefinition,
  input: Readonly<Record<string, unknown>>,
  options: { readonly signal?: AbortSignal; readonly reconnect: ReconnectOptions },
): AsyncGenerator<RenderEvent, void> {
  const { signal, reconnect } = options
  const told = new Set<number>()
  let lastId: string | undefined
  let failures = 0
  for (;;) {
    const silence = new AbortController()
    const timer = createTimer(reconnect.silenceMs, () => silence.abort(new Error('silent')))
    try {
      const response = await send(route, input, {
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
        headers: {
          accept: 'text/event-stream',
          ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
        },
      })
      for await (const message of messagesOf(response, timer.restart)) {
        lastId = message.id ?? lastId
        const event = parseEvent(message.data)
        if (event === undefined) continue
        failures = 0
        if ('index' in event && told.has(event.index)) continue
        if ('index' in event && FINAL_EVENTS.has(event.type)) told.add(event.index)
        yield event
        if (event.type === 'done') return
      }
      failures += 1
      if (failures >= reconnect.maxFailures) throw endedEarly(failures)
    } catch (cause) {
      signal?.throwIfAborted()
      const error = isReverieError(cause) ? cause : noAnswerError(route.path, cause, signal)
      failures += 1
      if (!isWorthRetrying(error) || failures >= reconnect.maxFailures) throw error
    } finally {
      timer.stop()
    }
    await pause(delayOf(failures, reconnect), signal)
  }
}

const endedEarly = (times: number) =>
  new ReverieError(
    'coordinator_unreachable',
    `The event stream ended ${times} times in a row before the render did; ask for the render instead.`,
  )

/** Doubles with each failure; the jitter keeps watchers from coming back all at once. */
const delayOf = (failures: number, { firstDelayMs, maxDelayMs }: ReconnectOptions): number =>
  Math.min(maxDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1)) * (0.5 + Math.random() / 2)

function createTimer(ms: number, onEnd: () => void) {
  let timer = setTimeout(onEnd, ms)
  return {
    restart: () => {
      clearTimeout(timer)
      timer = setTimeout(onEnd, ms)
    },
    stop: () => clearTimeout(timer),
  }
}
