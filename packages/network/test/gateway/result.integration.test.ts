import { createHash } from 'node:crypto'
import { MAX_IMAGE_BYTES, type ResultSubmission } from '@reverie/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createHarness, submissionOf } from '../harness.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})
const setUp = async () => {
  const coordinator = await harness.coordinator()
  const worker = await harness.joined(coordinator)
  return { coordinator, worker }
}

describe('a result', () => {
  it('reaches the sink as it was and brings the countersigned receipt back', async () => {
    const { coordinator, worker } = await setUp()
    const taken: [string, ResultSubmission][] = []
    coordinator.gateway.onResult(async (peer, submission) => {
      taken.push([peer, submission])
      return { type: 'accepted', receipt: Uint8Array.of(1, 2, 3) }
    })
    const submission = submissionOf()
    expect(await worker.link.deliver(submission)).toEqual({
      type: 'accepted',
      receipt: Uint8Array.of(1, 2, 3),
    })
    expect(taken).toEqual([[worker.peer, submission]])
  })

  it('brings a refusal back with its reason', async () => {
    const { coordinator, worker } = await setUp()
    const error = { code: 'result_job_closed', message: 'too late', facts: {} } as const
    coordinator.gateway.onResult(async () => ({ type: 'refused', error }))
    expect(await worker.link.deliver(submissionOf())).toEqual({ type: 'refused', error })
  })

  it('is kept by the worker while nobody takes results', async () => {
    const { worker } = await setUp()
    await expect(worker.link.deliver(submissionOf())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
  })

  it('is kept by the worker when the sink says "not now", and taken later', async () => {
    const { coordinator, worker } = await setUp()
    let offers = 0
    coordinator.gateway.onResult(async () => {
      offers += 1
      if (offers === 1) throw new Error('the database is away')
      return { type: 'accepted', receipt: Uint8Array.of(1) }
    })
    await expect(worker.link.deliver(submissionOf())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
    expect(await worker.link.deliver(submissionOf())).toMatchObject({ type: 'accepted' })
  })

  it('may be as large as an image may be, and arrives bit for bit', async () => {
    const { coordinator, worker } = await setUp()
    const image = new Uint8Array(MAX_IMAGE_BYTES)
    for (let at = 0; at < image.length; at += 4_096) image[at] = at / 4_096
    const hash = createHash('sha256').update(image).digest('hex')
    coordinator.gateway.onResult(async (_peer, submission) => ({
      type: 'accepted',
      receipt: createHash('sha256').update(submission.image).digest(),
    }))
    const startedAt = performance.now()
    const answer = await worker.link.deliver({ ...submissionOf(), image })
    console.info(`32 MiB result: ${Math.round(performance.now() - startedAt)} ms`)
    expect(answer.type === 'accepted' && Buffer.from(answer.receipt).toString('hex')).toBe(hash)
    // The session outlived the transfer: heartbeats found their way between the pieces.
    expect(coordinator.changes.map(({ type }) => type)).toEqual(['joined'])
  })

  it('is not sent when it is larger than that', async () => {
    const { worker } = await setUp()
    await expect(
      worker.link.deliver({ ...submissionOf(), image: new Uint8Array(MAX_IMAGE_BYTES + 1) }),
    ).rejects.toMatchObject({ code: 'message_too_large' })
  })

  it('is taken twice when it is offered twice: what to do with it is for the sink to say', async () => {
    const { coordinator, worker } = await setUp()
    let taken = 0
    coordinator.gateway.onResult(async () => {
      taken += 1
      return { type: 'accepted', receipt: Uint8Array.of(taken) }
    })
    const submission = submissionOf()
    const answers = await Promise.all([
      worker.link.deliver(submission),
      worker.link.deliver(submission),
    ])
    expect(answers.map(({ type }) => type)).toEqual(['accepted', 'accepted'])
    expect(taken).toBe(2)
  })

  it('cannot be delivered before there is a session', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.worker(coordinator.address)
    await expect(worker.link.deliver(submissionOf())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
  })

  it('is kept when the connection dies in the middle of it', async () => {
    const { coordinator, worker } = await setUp()
    coordinator.gateway.onResult(() => new Promise(() => {}))
    const delivery = worker.link.deliver(submissionOf(undefined, 4_000_000))
    for (const connection of coordinator.node.libp2p.getConnections()) {
      connection.abort(new Error('the process died'))
    }
    await expect(delivery).rejects.toMatchObject({ code: 'coordinator_unreachable' })
  })
})
