import { resultFromCoordinator, resultFromWorker } from '@reverie/protocol'
import { buildJobSpec } from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { encodeVarint } from '../../src/channel/varint.ts'
import { frame, message } from '../raw-peer.ts'
import { useHostileSetup } from './hostile-setup.ts'

const setUp = useHostileSetup()

describe('a peer that delivers a result', () => {
  const spec = buildJobSpec()
  const header = (imageBytes: number) =>
    frame(
      resultFromWorker.encode({
        type: 'result',
        v: 1,
        spec,
        receipt: Uint8Array.of(1),
        imageBytes,
      }),
    )

  it('that is not what it announced is refused and told why', async () => {
    const { peer, reasons, expectServiceUp } = await setUp()
    await peer.join()
    const result = await peer.open('result')
    result.send(header(100))
    result.send(frame(new Uint8Array(99)))
    const answer = await result.read().then((bytes) => bytes && resultFromCoordinator.decode(bytes))
    expect(answer).toMatchObject({ type: 'refused', error: { code: 'message_invalid' } })
    expect(reasons()).toEqual(['message_invalid'])
    await expectServiceUp()
  })

  it('whose image is larger than announced is refused before it is read', async () => {
    const { peer, reasons } = await setUp()
    await peer.join()
    const result = await peer.open('result')
    result.send(header(100))
    result.send(encodeVarint(10_000_000))
    await result.read()
    expect(reasons()).toEqual(['message_too_large'])
  })

  it('a byte at a time is cut off when its time is over', async () => {
    const { peer, reasons, expectServiceUp } = await setUp({ resultMs: 200 })
    const session = await peer.join()
    const result = await peer.open('result')
    result.send(header(1_000))
    result.send(encodeVarint(1_000))
    const drip = setInterval(() => {
      session.send(message({ type: 'heartbeat' }))
      result.send(Uint8Array.of(1))
    }, 20)
    const answer = await result.read().then((bytes) => bytes && resultFromCoordinator.decode(bytes))
    clearInterval(drip)
    expect(answer).toMatchObject({ type: 'refused', error: { code: 'protocol_violation' } })
    expect(reasons()).toEqual(['protocol_violation'])
    await expectServiceUp()
  })

  it('without a session is told "not now" and reaches no sink', async () => {
    const { coordinator, peer } = await setUp()
    const sink = vi.fn()
    coordinator.gateway.onResult(sink)
    const result = await peer.open('result')
    result.send(header(3))
    result.send(frame(new Uint8Array(3)))
    const answer = await result.read().then((bytes) => bytes && resultFromCoordinator.decode(bytes))
    expect(answer).toEqual({ type: 'later' })
    expect(sink).not.toHaveBeenCalled()
  })

  it('wrongly again and again loses its connection', async () => {
    const { peer, reasons, expectServiceUp } = await setUp({ violations: 3 })
    await peer.join()
    for (let round = 0; round < 3; round += 1) {
      const result = await peer.open('result')
      result.send(frame(Uint8Array.of(0xff)))
      await result.read().catch(() => {})
    }
    await peer.closed
    expect(reasons()).toHaveLength(3)
    await expectServiceUp()
  })
})
