import {
  buildJobSpec,
  buildPeerId,
  createFakeClock,
  createFakeLink,
  createRecordingLogger,
} from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { createDelivery } from '../src/delivery.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

const COORDINATOR = buildPeerId(1)
const entry = (coordinator = COORDINATOR) => ({
  coordinator,
  spec: buildJobSpec(),
  image: new Uint8Array([1]),
  receipt: new Uint8Array([2]),
})

function start() {
  const modules = {
    link: createFakeLink(COORDINATOR),
    outbox: createMemoryOutbox(),
    clock: createFakeClock(),
    logger: createRecordingLogger(),
  }
  const delivery = createDelivery(modules)
  delivery.start()
  return { ...modules, delivery }
}

describe('delivery', () => {
  it('waits for the connection, then empties the outbox in order', async () => {
    const { link, outbox, delivery } = start()
    const [first, second] = [entry(), entry()]
    await outbox.put(first)
    await outbox.put(second)
    delivery.kick()
    expect(link.delivered).toEqual([])
    link.connect()
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(link.delivered.map(({ spec }) => spec.job)).toEqual([first.spec.job, second.spec.job])
  })

  it('keeps a result that the coordinator cannot take now, and offers it again', async () => {
    const { link, outbox, delivery, clock } = start()
    link.answerWith(() => {
      throw new Error('not now')
    })
    link.connect()
    await outbox.put(entry())
    delivery.kick()
    await vi.waitFor(() => expect(clock.pending()).toBe(1))
    expect(outbox.list()).toHaveLength(1)
    link.answerWith(({ receipt }) => ({ type: 'accepted', receipt }))
    await clock.advance(1_000)
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(link.delivered).toHaveLength(2)
  })

  it('forgets a result that was refused and says why', async () => {
    const { link, outbox, logger } = start()
    const error = { code: 'result_job_closed', message: 'cancelled already', facts: {} } as const
    link.answerWith(() => ({ type: 'refused', error }))
    await outbox.put(entry())
    link.connect()
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { code: 'result_job_closed' } }])
  })

  it('leaves results for another coordinator where they are', async () => {
    const { link, outbox, delivery } = start()
    await outbox.put(entry(buildPeerId(2)))
    link.connect()
    await delivery.emptied(AbortSignal.timeout(5_000))
    expect(link.delivered).toEqual([])
    expect(outbox.list()).toHaveLength(1)
  })

  it('gives up waiting when the signal says so', async () => {
    const { outbox, delivery } = start()
    await outbox.put(entry())
    const controller = new AbortController()
    const emptied = delivery.emptied(controller.signal)
    controller.abort()
    await emptied
    expect(outbox.list()).toHaveLength(1)
  })

  it('is not held up by results that the coordinator cannot take', async () => {
    const { link, outbox, clock } = start()
    const [poison, venom, good] = [entry(), entry(), entry()]
    link.answerWith(({ spec, receipt }) => {
      if (spec.job !== good.spec.job) throw new Error('not now')
      return { type: 'accepted', receipt }
    })
    for (const each of [poison, venom, good]) await outbox.put(each)
    link.connect()
    for (let retry = 0; retry < 2; retry += 1) {
      await vi.waitFor(() => expect(clock.pending()).toBe(1))
      await clock.advance(1_000)
    }
    await vi.waitFor(() => expect(outbox.list()).toEqual([poison.spec.job, venom.spec.job]))
    link.answerWith(({ receipt }) => ({ type: 'accepted', receipt }))
    for (let retry = 0; retry < 2; retry += 1) await clock.advance(10_000)
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
  })
})
