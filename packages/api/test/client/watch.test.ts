import { newJobId, newRenderId, type RenderEvent } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { type Answer, createFakeFetch, jsonAnswer } from './fake-fetch.ts'

const baseUrl = 'http://coordinator.test'
const reconnect = { firstDelayMs: 0, maxDelayMs: 0, maxFailures: 3 }
const id = newRenderId()
const first = { job: newJobId(), index: 0 }
const second = { job: newJobId(), index: 1 }

const queued: RenderEvent = { type: 'queued', ...first, position: 0 }
const cancelled: RenderEvent = { type: 'cancelled', ...first }
const failed: RenderEvent = { type: 'failed', ...second, code: 'worker_lost', message: 'Gone.' }
const done: RenderEvent = { type: 'done', state: 'failed' }

/** One connection's worth of events, then its end. */
const stream = (startId: number, ...events: readonly unknown[]): Response =>
  new Response(
    events.map((each, i) => `id: ${startId + i}\ndata: ${JSON.stringify(each)}\n\n`).join(''),
    { headers: { 'content-type': 'text/event-stream' } },
  )

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const value of values) collected.push(value)
  return collected
}

const watch = (...answers: Answer[]) => {
  const { fetch, calls } = createFakeFetch(...answers)
  const client = createClient({ baseUrl, fetch, reconnect })
  return { events: collect(client.renderEvents({ id })), calls }
}

describe('renderEvents', () => {
  it('gives events until the render is done', async () => {
    const { events, calls } = watch(stream(1, queued, cancelled, failed, done))
    expect(await events).toEqual([queued, cancelled, failed, done])
    expect(calls).toHaveLength(1)
  })

  it('dials again when the stream breaks, says what it heard last and repeats no end', async () => {
    const { events, calls } = watch(
      stream(1, queued, cancelled),
      new TypeError('connection lost'),
      stream(3, cancelled, failed, done),
    )
    expect(await events).toEqual([queued, cancelled, failed, done])
    expect(calls.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '2', '2'])
  })

  it('skips events of a kind that it does not know', async () => {
    const { events } = watch(stream(1, { type: 'sparkle' }, done))
    expect(await events).toEqual([done])
  })

  it('does not dial again for an error that will not go away', async () => {
    const { events, calls } = watch(
      jsonAnswer(
        { error: { code: 'render_not_found', message: 'No.', requestId: 'r' } },
        { status: 404 },
      ),
    )
    await expect(events).rejects.toMatchObject({ code: 'render_not_found' })
    expect(calls).toHaveLength(1)
  })

  it('gives up after failures in a row', async () => {
    const { events, calls } = watch(new TypeError('connection refused'))
    await expect(events).rejects.toMatchObject({ code: 'coordinator_unreachable' })
    expect(calls).toHaveLength(reconnect.maxFailures)
  })

  it('gives up on a stream that ends again and again without an event', async () => {
    const { events } = watch(stream(1))
    await expect(events).rejects.toMatchObject({ code: 'coordinator_unreachable' })
  })

  it('stops with the reason of the abort while it waits to dial again', async () => {
    const abort = new AbortController()
    const reason = new Error('the page was closed')
    const { fetch } = createFakeFetch(async () => {
      abort.abort(reason)
      throw new TypeError('connection lost')
    })
    const client = createClient({ baseUrl, fetch, reconnect: { firstDelayMs: 60_000 } })
    const events = collect(client.renderEvents({ id }, { signal: abort.signal }))
    await expect(events).rejects.toBe(reason)
  })

  it('lets go of the connection when the caller stops listening', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(queued)}\n\n`)),
      cancel: () => {
        isCancelled = true
      },
    })
    const { fetch } = createFakeFetch(async () => new Response(body))
    const client = createClient({ baseUrl, fetch, reconnect })
    for await (const event of client.renderEvents({ id })) {
      expect(event).toEqual(queued)
      break
    }
    expect(isCancelled).toBe(true)
  })

  it('takes a silent stream for dead and dials again', async () => {
    const silent = async (_call: unknown, signal: AbortSignal | undefined) =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) =>
            signal?.addEventListener('abort', () => controller.error(signal.reason)),
        }),
      )
    const { fetch, calls } = createFakeFetch(silent, stream(1, done))
    const client = createClient({ baseUrl, fetch, reconnect: { ...reconnect, silenceMs: 1 } })
    expect(await collect(client.renderEvents({ id }))).toEqual([done])
    expect(calls).toHaveLength(2)
  })
})
