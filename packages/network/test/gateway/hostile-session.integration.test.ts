import { sessionFromCoordinator } from '@reverie/protocol'
import { describe, expect, it } from 'vitest'
import { encodeVarint } from '../../src/channel/varint.ts'
import { QUICK } from '../harness.ts'
import { frame, HELLO, message } from '../raw-peer.ts'
import { useHostileSetup } from './hostile-setup.ts'

const setUp = useHostileSetup()

const REFUSED_HELLOS: readonly [string, Uint8Array, string][] = [
  ['bytes that are no CBOR', frame(Uint8Array.of(0xff, 0x00, 0x13)), 'message_invalid'],
  ['an empty frame', frame(new Uint8Array(0)), 'message_invalid'],
  ['a length prefix without end', new Uint8Array(16).fill(0xff), 'message_invalid'],
  ['a frame of a gigabyte', encodeVarint(2 ** 27), 'message_too_large'],
  ['a wrong schema', message({ type: 'hello', v: 1, profile: { name: 7 } }), 'message_invalid'],
  ['another message first', message({ type: 'heartbeat' }), 'protocol_violation'],
  [
    'an oversize heartbeat',
    message({ type: 'heartbeat', x: 'x'.repeat(9_000) }),
    'message_too_large',
  ],
  ['CBOR nested without end', frame(new Uint8Array(30_000).fill(0x81)), 'message_invalid'],
  ['a hello that never ends', Uint8Array.of(0x80, 0x08, 0xa2), 'protocol_violation'],
  ['nothing at all', new Uint8Array(0), 'protocol_violation'],
]

describe('a peer that opens a session', () => {
  it.each(REFUSED_HELLOS)('by %s is refused with a logged reason', async (_name, bytes, code) => {
    const { coordinator, peer, reasons, expectServiceUp } = await setUp()
    const session = await peer.open('session')
    if (bytes.length > 0) session.send(bytes)
    await peer.closed
    expect(reasons()).toEqual([code])
    expect(coordinator.gateway.workers()).toHaveLength(1)
    await expectServiceUp()
  })

  it('and ends it inside a message is refused', async () => {
    const { peer, reasons } = await setUp()
    const session = await peer.open('session')
    session.send(HELLO.subarray(0, 20))
    await session.stream.close()
    await peer.closed
    expect(reasons()).toEqual(['message_invalid'])
  })

  it('and never says hello again gets told when it does', async () => {
    const { peer, reasons, expectServiceUp } = await setUp()
    const session = await peer.join()
    session.send(HELLO)
    const goodbye = await session
      .read()
      .then((bytes) => bytes && sessionFromCoordinator.decode(bytes))
    expect(goodbye).toMatchObject({ type: 'goodbye', error: { code: 'protocol_violation' } })
    await peer.closed
    expect(reasons()).toEqual(['protocol_violation'])
    await expectServiceUp()
  })

  it('and floods it loses the connection', async () => {
    const { peer, reasons, expectServiceUp } = await setUp()
    const session = await peer.join()
    const beat = message({ type: 'heartbeat' })
    for (let count = 0; count < 2_000; count += 1) session.send(beat)
    await peer.closed
    expect(reasons()).toEqual(['protocol_violation'])
    await expectServiceUp()
  })

  it('and goes silent is dropped when the silence is over, and its lease is lost', async () => {
    const { coordinator, peer, expectServiceUp } = await setUp()
    await peer.join()
    const silent = coordinator.changes.at(-1)?.worker.peer
    if (!silent) throw new Error('the silent peer did not join')
    const startedAt = performance.now()
    await peer.closed
    const tookMs = performance.now() - startedAt
    console.info(`silence of ${QUICK.silenceMs} ms noticed after ${Math.round(tookMs)} ms`)
    expect(tookMs).toBeGreaterThan(QUICK.silenceMs - 100)
    expect(tookMs).toBeLessThan(QUICK.silenceMs + 400)
    expect(coordinator.changes.at(-1)).toMatchObject({ type: 'left', worker: { peer: silent } })
    await expectServiceUp()
  })

  it('on a connection without one is dropped after the time for hello', async () => {
    const { peer, expectServiceUp } = await setUp()
    await peer.closed
    await expectServiceUp()
  })
})
