import { ReverieError } from '@reverie/core'
import { inputFromCoordinator, inputFromWorker } from '@reverie/protocol'
import { buildJobSpec, buildSha256 } from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { frame, message, type RawStream } from '../raw-peer.ts'
import { useHostileSetup } from './hostile-setup.ts'

const setUp = useHostileSetup()
const { job } = buildJobSpec()
const hash = buildSha256('a picture')
const FETCH = frame(inputFromWorker.encode({ type: 'fetch', v: 1, job, hash }))
const answerOf = async (stream: RawStream) => {
  const bytes = await stream.read()
  return bytes && inputFromCoordinator.decode(bytes)
}

describe('a peer that asks for an input picture', () => {
  it('without a session learns nothing, not even whether there is one', async () => {
    const { coordinator, peer, expectServiceUp } = await setUp()
    const source = vi.fn()
    coordinator.gateway.onInput(source)
    const stream = await peer.open('input')
    stream.send(FETCH)
    expect(await answerOf(stream)).toEqual({ type: 'later' })
    expect(source).not.toHaveBeenCalled()
    await expectServiceUp()
  })

  it('of a job that it does not hold is refused and told why', async () => {
    const { coordinator, peer, expectServiceUp } = await setUp()
    coordinator.gateway.onInput(async () => {
      throw new ReverieError('input_invalid', 'this worker does not hold the job')
    })
    await peer.join()
    const stream = await peer.open('input')
    stream.send(FETCH)
    expect(await answerOf(stream)).toMatchObject({
      type: 'refused',
      error: { code: 'input_invalid', message: 'this worker does not hold the job' },
    })
    await expectServiceUp()
  })

  it.each([
    ['in garbage', frame(Uint8Array.of(0xff, 0xff)), 'message_invalid'],
    ['by a path', message({ type: 'fetch', v: 1, job, hash: '../../key' }), 'message_invalid'],
    ['at endless length', Uint8Array.of(0xff, 0xff, 0xff, 0x7f), 'message_too_large'],
  ])('%s loses the stream', async (_name, bytes, code) => {
    const { coordinator, peer, reasons, expectServiceUp } = await setUp()
    const source = vi.fn()
    coordinator.gateway.onInput(source)
    await peer.join()
    const stream = await peer.open('input')
    stream.send(bytes)
    await stream.closed
    expect(reasons()).toEqual([code])
    expect(source).not.toHaveBeenCalled()
    await expectServiceUp()
  })

  it('and then says nothing is cut off', async () => {
    const { peer, reasons, expectServiceUp } = await setUp({ helloMs: 100 })
    const session = await peer.join()
    const alive = setInterval(() => session.send(message({ type: 'heartbeat' })), 20)
    const stream = await peer.open('input')
    await stream.closed
    clearInterval(alive)
    expect(reasons()).toEqual(['protocol_violation'])
    await expectServiceUp()
  })

  it('and reads nothing of it does not keep others from theirs', async () => {
    const { coordinator, honest, peer, reasons } = await setUp({
      inputsAtOnce: 1,
      resultMs: 300,
      resultBytesPerSecond: 1e9,
    })
    const small = new TextEncoder().encode('a picture')
    // More than a stream takes that nobody reads.
    const large = new Uint8Array(12 * 1_024 * 1_024)
    coordinator.gateway.onInput(async (asker) => (asker === honest.peer ? small : large))
    const session = await peer.join()
    const alive = setInterval(() => session.send(message({ type: 'heartbeat' })), 20)
    const stream = await peer.open('input')
    stream.stream.pause()
    stream.send(FETCH)
    await vi.waitFor(async () => expect(await honest.link.input(job, hash)).toEqual(small), {
      timeout: 5_000,
    })
    await vi.waitFor(() => expect(reasons()).toEqual(['protocol_violation']))
    clearInterval(alive)
  })
})
