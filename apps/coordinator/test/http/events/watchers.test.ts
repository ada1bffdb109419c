import { once } from 'node:events'
import { silentLogger } from '@reverie/core'
import type { RenderService } from '@reverie/dispatch'
import { describe, expect, it } from 'vitest'
import type { EventStream } from '../../../src/http/events/event-stream.ts'
import { createWatchers } from '../../../src/http/events/watchers.ts'
import { createHttpRig } from '../http-rig.ts'

const HEARTBEAT_MS = 15_000

async function watched() {
  const rig = await createHttpRig()
  const { account } = rig.artist
  const { renders } = rig.dispatch
  const request = { prompt: 'red apple', negativePrompt: '', n: 1 }
  const { render } = await renders.submit(account, request)
  const watchersOf = (service: RenderService) =>
    createWatchers(
      { renders: service, clock: rig.clock, log: silentLogger },
      { heartbeatMs: HEARTBEAT_MS },
    )
  const watchers = watchersOf(renders)
  /** Cancels the render after its state was read and before it is told. */
  const racing = watchersOf({
    ...renders,
    get: async (...asked) => {
      const before = await renders.get(...asked)
      await renders.cancel(account, render.id)
      return before
    },
  })
  return {
    ...rig,
    account,
    render,
    watchers,
    watch: () => watchers.watch(account, render.id, 0),
    watchRacing: () => racing.watch(account, render.id, 0),
  }
}

const typesIn = (text: string) => Array.from(text.matchAll(/^event: (\w+)$/gm), ([, type]) => type)

async function readAll(stream: EventStream): Promise<string> {
  let text = ''
  for await (const piece of stream) text += piece
  return text
}

describe('createWatchers', () => {
  it('tells the state, then what happens, then ends', async () => {
    const { watch, dispatch, account, render } = await watched()
    const stream = await watch()
    const text = readAll(stream)
    await dispatch.renders.cancel(account, render.id)
    expect(typesIn(await text)).toEqual(['queued', 'cancelled', 'done'])
  })

  it('loses nothing that happens while the state is read', async () => {
    const { watchRacing } = await watched()
    expect(typesIn(await readAll(await watchRacing()))).toEqual(['queued', 'cancelled', 'done'])
  })

  it('finds lost events at the next heartbeat', async () => {
    const { watch, records, render, clock } = await watched()
    const stream = await watch()
    const text = readAll(stream)
    // Behind the back of the event bus.
    await records.renders.cancel(render.id, clock.now())
    await clock.advance(HEARTBEAT_MS)
    expect(typesIn(await text)).toEqual(['queued', 'cancelled', 'done'])
  })

  it('leaves nothing behind when the watcher goes away', async () => {
    const { watch, events, clock } = await watched()
    const pending = clock.pending()
    const stream = await watch()
    expect([...events.watched()]).toHaveLength(1)
    stream.destroy()
    await once(stream, 'close')
    expect([...events.watched()]).toEqual([])
    expect(clock.pending()).toBe(pending)
  })

  it('leaves nothing behind when the render is not the watcher’s', async () => {
    const { watchers, events, render, addAccount } = await watched()
    const stranger = await addAccount()
    await expect(watchers.watch(stranger.account, render.id, 0)).rejects.toMatchObject({
      code: 'render_not_found',
    })
    expect([...events.watched()]).toEqual([])
  })

  it('keeps an account from opening streams without end', async () => {
    const { watch } = await watched()
    for (let i = 0; i < 200; i++) await watch()
    await expect(watch()).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('ends every stream when it closes', async () => {
    const { watch, watchers } = await watched()
    const text = readAll(await watch())
    watchers.close()
    expect(typesIn(await text)).toEqual(['queued'])
  })
})
