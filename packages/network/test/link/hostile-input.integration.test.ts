import { MAX_INPUT_BYTES } from '@reverie/core'
import { inputFromCoordinator, PROTOCOL_IDS, sessionFromCoordinator } from '@reverie/protocol'
import { buildJobSpec, buildSha256, buildWorkerProfile } from '@reverie/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeVarint } from '../../src/channel/varint.ts'
import { createHarness } from '../harness.ts'
import { frame, message, type RawStream, rawStream } from '../raw-peer.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})

const WELCOME = frame(
  sessionFromCoordinator.encode({
    type: 'welcome',
    v: 1,
    software: 'hostile/1',
    heartbeatMs: 20_000,
    silenceMs: 60_000,
  }),
)
const announced = (bytes: number) => frame(inputFromCoordinator.encode({ type: 'input', bytes }))
const { job } = buildJobSpec()
const hash = buildSha256('a picture')

/** What a worker makes of a coordinator that answers every request for an input as `script` says. */
async function fetchFrom(script: (stream: RawStream) => void) {
  const { node, address, gateway } = await harness.coordinator()
  await gateway.close()
  await node.libp2p.handle([...PROTOCOL_IDS.session], async (stream) => {
    const session = rawStream(stream)
    await session.read()
    session.send(WELCOME)
  })
  await node.libp2p.handle([...PROTOCOL_IDS.input], async (stream) => {
    const input = rawStream(stream)
    await input.read()
    script(input)
  })
  const worker = await harness.worker(address, { answerMs: 150, inputMs: 150 })
  worker.link.announce(buildWorkerProfile())
  worker.link.start()
  await worker.reach('connected')
  const outcome = worker.link.input(job, hash).then(
    () => 'taken',
    (error: { code: string }) => error.code,
  )
  return { outcome: await outcome, state: worker.link.state() }
}

describe('a worker whose coordinator answers a request for an input', () => {
  it.each<readonly [string, (stream: RawStream) => void, string]>([
    ['by nothing', () => {}, 'coordinator_unreachable'],
    ['by garbage', (stream) => stream.send(frame(Uint8Array.of(0xff))), 'message_invalid'],
    [
      'by more than an input may have',
      (stream) => stream.send(message({ type: 'input', bytes: MAX_INPUT_BYTES + 1 })),
      'message_invalid',
    ],
    [
      'by another file',
      (stream) => {
        stream.send(announced(3))
        stream.send(frame(Uint8Array.of(1, 2, 3)))
      },
      'input_invalid',
    ],
    [
      'by more bytes than it announced',
      (stream) => {
        stream.send(announced(3))
        stream.send(encodeVarint(4_000_000))
      },
      'message_too_large',
    ],
    [
      'by fewer bytes than it announced, and waits',
      (stream) => {
        stream.send(announced(1_000))
        stream.send(encodeVarint(1_000))
        stream.send(Uint8Array.of(1))
      },
      'coordinator_unreachable',
    ],
    [
      'by fewer bytes than it announced, and leaves',
      (stream) => {
        stream.send(announced(1_000))
        stream.stream.abort(new Error('gone'))
      },
      'coordinator_unreachable',
    ],
  ])('%s does not take it, and stays up', async (_name, script, code) => {
    expect(await fetchFrom(script)).toEqual({ outcome: code, state: 'connected' })
  })
})
