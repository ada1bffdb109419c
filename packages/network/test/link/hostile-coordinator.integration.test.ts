import { multiaddr } from '@multiformats/multiaddr'
import { PROTOCOL_IDS, sessionFromCoordinator } from '@reverie/protocol'
import { buildWorkerProfile, createRecordingLogger } from '@reverie/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNode, generateIdentity, type NetworkNode } from '../../src/index.ts'
import { createHarness } from '../harness.ts'
import { frame, message, type RawStream, rawStream } from '../raw-peer.ts'

let harness = createHarness()
const unhandled: unknown[] = []
const onUnhandled = (error: unknown) => unhandled.push(error)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

const WELCOME = frame(
  sessionFromCoordinator.encode({
    type: 'welcome',
    v: 1,
    software: 'hostile/1',
    heartbeatMs: 50,
    silenceMs: 300,
  }),
)

/** A worker that looks for a coordinator which does as `script` says with every session. */
async function facing(script: (session: RawStream, node: NetworkNode) => void) {
  const logger = createRecordingLogger()
  const node = await createNode(
    { identity: await generateIdentity(), logger },
    { listen: ['/ip4/127.0.0.1/tcp/0'] },
  )
  let sessions = 0
  await node.libp2p.handle([...PROTOCOL_IDS.session], async (stream) => {
    sessions += 1
    const session = rawStream(stream)
    await session.read()
    script(session, node)
  })
  const worker = await harness.worker(node.addresses()[0] ?? '', { logger, helloMs: 200 })
  const states: string[] = []
  worker.link.onState((state) => states.push(state))
  worker.link.announce(buildWorkerProfile())
  worker.link.start()
  const cameBack = () => vi.waitFor(() => expect(sessions).toBeGreaterThan(1), { timeout: 5_000 })
  return { node, worker, states, cameBack, logger }
}

describe('a worker whose coordinator', () => {
  it('goes silent after the welcome notices, and tries again', async () => {
    const { node, states, cameBack } = await facing((session) => session.send(WELCOME))
    await cameBack()
    expect(states.slice(0, 2)).toEqual(['connected', 'connecting'])
    await node.stop()
  })

  it.each([
    ['never answers hello', (): Uint8Array => new Uint8Array(0)],
    ['answers with garbage', () => frame(Uint8Array.of(0xff, 0xff))],
    ['answers with an endless message', () => Uint8Array.of(0xff, 0xff, 0xff, 0x7f)],
    ['answers by a heartbeat', () => message({ type: 'heartbeat' })],
    [
      'wants a heartbeat every millisecond',
      () => message({ type: 'welcome', v: 1, software: 'x', heartbeatMs: 1, silenceMs: 300 }),
    ],
  ])('%s is not connected, and tries again', async (_name, answer) => {
    const { node, states, cameBack } = await facing((session) => {
      if (answer().length > 0) session.send(answer())
    })
    await cameBack()
    expect(states).toEqual([])
    await node.stop()
  })

  it('welcomes twice drops the session, and tries again', async () => {
    const { node, states, cameBack } = await facing((session) => {
      session.send(WELCOME)
      session.send(WELCOME)
    })
    await cameBack()
    expect(states).toContain('connecting')
    await node.stop()
  })

  it('offers garbage as a job keeps its session and gets no job done', async () => {
    const jobs = vi.fn()
    const streams: RawStream[] = []
    const { node, worker } = await facing(async (session, coordinator) => {
      session.send(WELCOME)
      const beat = setInterval(() => {
        if (!session.send(message({ type: 'heartbeat' }))) clearInterval(beat)
      }, 50)
      const [connection] = coordinator.libp2p.getConnections()
      for (const bytes of [
        frame(Uint8Array.of(0xff)),
        message({ type: 'cancel' }),
        message({ type: 'offer', v: 1, spec: { prompt: 'x' } }),
      ]) {
        const stream = await connection?.newStream([...PROTOCOL_IDS.job])
        if (!stream) continue
        const job = rawStream(stream)
        job.send(bytes)
        streams.push(job)
      }
    })
    worker.link.onJob(jobs)
    await vi.waitFor(() => expect(streams).toHaveLength(3))
    await Promise.all(streams.map(({ closed }) => closed))
    expect(jobs).not.toHaveBeenCalled()
    expect(worker.link.state()).toBe('connected')
    await node.stop()
  })

  it('is behind a name instead of an address is found', async () => {
    const coordinator = await harness.coordinator()
    const [{ value: port } = { value: '' }] = multiaddr(coordinator.address)
      .getComponents()
      .filter(({ name }) => name === 'tcp')
    const worker = await harness.worker(`/dns4/localhost/tcp/${port}`)
    worker.link.announce(buildWorkerProfile())
    worker.link.start()
    await worker.reach('connected')
    expect(worker.link.coordinator).toBe(coordinator.identity.peer)
  })
})
