import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '@reverie/core'
import { defineMessages } from '@reverie/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod/mini'
import { type Channel, openChannel } from '../../src/index.ts'
import { createHarness } from '../harness.ts'

const Note = z.discriminatedUnion('type', [
  z.object({ type: z.literal('note'), n: z.int(), text: z.string() }),
])
type Note = z.infer<typeof Note>
const notes = defineMessages('note', Note, { note: 300_000 })
const NOTES_PROTOCOL = '/reverie/test-notes/1.0.0'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})

const channelOf = (stream: Stream, signal?: AbortSignal): Channel<Note, Note> =>
  openChannel(stream, {
    inbound: notes,
    outbound: notes,
    clock: systemClock,
    lingerMs: 200,
    rate: { burst: 100_000, perSecond: 100_000 },
    ...(signal ? { signal } : {}),
  })
const note = (n: number, text = ''): Note => ({ type: 'note', n, text })

/** Both ends of one stream. */
async function pair(signal?: AbortSignal) {
  const { node: server, address } = await harness.coordinator()
  const client = await harness.stranger()
  const accepted = Promise.withResolvers<Stream>()
  await server.libp2p.handle(NOTES_PROTOCOL, accepted.resolve)
  const connection = await client.libp2p.dial(multiaddr(address))
  const near = await connection.newStream(NOTES_PROTOCOL)
  const far = await accepted.promise
  return { near: channelOf(near, signal), far: channelOf(far), streams: { near, far } }
}

describe('a channel', () => {
  it('gives messages in the order they were sent, small and large', async () => {
    const { near, far } = await pair()
    const sizes = Array.from({ length: 50 }, (_, n) => (n % 5 === 0 ? 200_000 : n))
    const sent = Promise.all(sizes.map((size, n) => near.send(note(n, 'x'.repeat(size)))))
    const got: Note[] = []
    for await (const each of far) {
      got.push(each)
      if (got.length === sizes.length) break
    }
    await sent
    expect(got.map(({ n }) => n)).toEqual(sizes.map((_, n) => n))
    expect(got.map(({ text }) => text.length)).toEqual(sizes)
  })

  it('holds a sender back while nobody reads, and loses nothing', async () => {
    const { near, far, streams } = await pair()
    let sent = 0
    const total = 100
    const sending = (async () => {
      for (let n = 0; n < total; n += 1) {
        await near.send(note(n, 'x'.repeat(200_000)))
        sent += 1
      }
    })()
    await vi.waitFor(() => expect(streams.near.writableNeedsDrain).toBe(true))
    await vi.waitFor(() => expect(streams.far.readStatus).toBe('paused'))
    expect(sent).toBeLessThan(total)
    for (let n = 0; n < total; n += 1) expect((await far.receive())?.n).toBe(n)
    await sending
    expect(sent).toBe(total)
  })

  it('ends with undefined when the other side closes, after all that it sent', async () => {
    const { near, far } = await pair()
    await near.send(note(1))
    await near.send(note(2))
    const closing = near.close()
    expect((await far.receive())?.n).toBe(1)
    expect((await far.receive())?.n).toBe(2)
    expect(await far.receive()).toBeUndefined()
    await far.close()
    await closing
  })

  it('ends with undefined when the connection dies inside a message', async () => {
    const { far, streams } = await pair()
    streams.near.send(Uint8Array.of(100, 1, 2, 3))
    const read = far.receive()
    streams.near.abort(new Error('gone'))
    expect(await read).toBeUndefined()
  })

  it('says so when it cannot send any more', async () => {
    const { near, far, streams } = await pair()
    far.abort(new Error('enough'))
    await vi.waitFor(() => expect(streams.near.status).not.toBe('open'))
    expect(await near.send(note(1))).toBe(false)
  })

  it('still sends after it was sent something invalid, and reads no more', async () => {
    const { near, far, streams } = await pair()
    streams.near.send(Uint8Array.of(2, 0xff, 0xff))
    await expect(far.receive()).rejects.toMatchObject({ code: 'message_invalid' })
    expect(await far.receive()).toBeUndefined()
    expect(await far.send(note(7))).toBe(true)
    expect((await near.receive())?.n).toBe(7)
  })

  it('can be waited on for a while, and is open afterwards', async () => {
    const { near, far } = await pair()
    await expect(far.receive({ signal: AbortSignal.abort(new Error('no time')) })).rejects.toThrow(
      'no time',
    )
    const stop = new AbortController()
    const waiting = far.receive({ signal: stop.signal })
    stop.abort(new Error('no more time'))
    await expect(waiting).rejects.toThrow('no more time')
    await near.send(note(3))
    expect((await far.receive())?.n).toBe(3)
  })

  it('stops waiting for a full stream when told to', async () => {
    const { near, streams } = await pair()
    const stop = new AbortController()
    const sending = near.sendBytes(new Uint8Array(20_000_000), { signal: stop.signal })
    await vi.waitFor(() => expect(streams.near.writableNeedsDrain).toBe(true))
    stop.abort(new Error('no more time'))
    await expect(sending).rejects.toThrow('no more time')
  })

  it('is reset by its signal', async () => {
    const stop = new AbortController()
    const { near, far } = await pair(stop.signal)
    const reading = far.receive()
    stop.abort(new Error('over'))
    expect(await reading).toBeUndefined()
    expect(await near.receive()).toBeUndefined()
  })

  it('does not wait for ever for the other side to close', async () => {
    const { near, streams } = await pair()
    await near.close()
    expect(streams.near.status).toBe('aborted')
  })

  it('takes its listeners along when it is closed', async () => {
    const { near, far, streams } = await pair()
    await Promise.all([near.close(), far.close()])
    for (const type of ['message', 'remoteCloseWrite', 'drain'] as const) {
      const { listenerCount } = streams.near as unknown as {
        listenerCount: (type: string) => number
      }
      // libp2p itself listens for `drain` once.
      expect(listenerCount.call(streams.near, type)).toBe(type === 'drain' ? 1 : 0)
    }
  })
})

describe('the version of a protocol', () => {
  it('is the newest that both sides speak', async () => {
    const { node: server, address } = await harness.coordinator()
    const client = await harness.stranger()
    await server.libp2p.handle(['/reverie/x/1.0.0', '/reverie/x/2.0.0'], () => {})
    const connection = await client.libp2p.dial(multiaddr(address))
    const offered = ['/reverie/x/3.0.0', '/reverie/x/2.0.0', '/reverie/x/1.0.0']
    const stream = await connection.newStream(offered)
    expect(stream.protocol).toBe('/reverie/x/2.0.0')
    await expect(connection.newStream(['/reverie/x/4.0.0'])).rejects.toMatchObject({
      name: 'UnsupportedProtocolError',
    })
  })
})
