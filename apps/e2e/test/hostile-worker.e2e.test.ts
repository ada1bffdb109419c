import { type ErrorCode, newJobId, ReverieError } from '@reverie/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type NetworkUnderTest, startNetwork } from '../src/network-under-test.ts'
import { honest, joinScripted, type Script } from '../src/scripted-worker.ts'

let network: NetworkUnderTest
beforeAll(async () => {
  network = await startNetwork({ worker: false })
})
afterAll(() => network.stop())

const patience = { timeout: 20_000, interval: 20 }

const changed = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** Hostile scripts, and the code that each is refused with. */
const LIES: readonly [string, Script, ErrorCode][] = [
  [
    'a truncated image',
    async ({ honest, deliver }) => {
      await deliver({ ...honest, image: honest.image.subarray(0, honest.image.length / 2) })
      return { type: 'finished' }
    },
    'result_image_invalid',
  ],
  [
    'a receipt with a changed signature',
    async ({ honest, deliver }) => {
      await deliver({ ...honest, receipt: changed(honest.receipt, honest.receipt.length - 1) })
      return { type: 'finished' }
    },
    'result_receipt_invalid',
  ],
  [
    'bytes that are no receipt',
    async ({ honest, deliver }) => {
      await deliver({ ...honest, receipt: new Uint8Array(64) })
      return { type: 'finished' }
    },
    'result_receipt_invalid',
  ],
  [
    'an image of another job',
    async ({ honest, deliver }) => {
      await deliver({ ...honest, image: changed(honest.image, honest.image.length - 20) })
      return { type: 'finished' }
    },
    'result_image_invalid',
  ],
]

const submit = () =>
  network.client.createRender({ prompt: 'red apple, 3d style, blue background', steps: 3 })

const until = (id: string, state: string) =>
  vi.waitFor(async () => {
    const render = await network.client.getRender({ id })
    expect(render.state).toBe(state)
    return render
  }, patience)

describe('a worker that hands in', () => {
  it.each(LIES)(
    '%s is refused with a logged reason, and the job is done elsewhere',
    async (_, script, code) => {
      const liar = await joinScripted(network.multiaddr(), script, { name: 'liar' })
      const { id } = await submit()
      await vi.waitFor(() => expect(liar.answers).toMatchObject([{ error: { code } }]), patience)
      const good = await joinScripted(network.multiaddr(), honest, { name: 'good' })
      const render = await until(id, 'completed')
      expect(render.jobs[0]?.worker?.peer).toBe(good.peer)
      expect(network.coordinator().output()).toContain(code)
      await liar.stop()
      await good.stop()
    },
  )

  it('a result for a job that was never given out is refused', async () => {
    const worker = await joinScripted(network.multiaddr(), async ({ honest, deliver }) => {
      await deliver({ ...honest, spec: { ...honest.spec, job: newJobId() } })
      await deliver(honest)
      return { type: 'finished' }
    })
    const { id } = await submit()
    await until(id, 'completed')
    expect(worker.answers).toMatchObject([
      { type: 'refused', error: { code: 'result_unknown_job' } },
      { type: 'accepted' },
    ])
    await worker.stop()
  })

  it('an oversize message loses the message, and the network goes on', async () => {
    const failures: unknown[] = []
    const worker = await joinScripted(network.multiaddr(), async ({ honest, deliver }) => {
      const huge = new Uint8Array(64 * 1024 * 1024)
      await deliver({ ...honest, image: huge }).catch((error: unknown) => failures.push(error))
      return { type: 'fault', error: new ReverieError('engine_failed', 'gave up').toObject() }
    })
    const { id } = await submit()
    await vi.waitFor(() => expect(failures).toHaveLength(1), patience)
    const good = await joinScripted(network.multiaddr(), honest)
    await until(id, 'completed')
    await worker.stop()
    await good.stop()
  })
})

describe('a job', () => {
  it('ends with the reason when three workers in a row fail it', async () => {
    const broken: Script = async () => ({
      type: 'fault',
      error: new ReverieError('out_of_memory', 'the GPU has 2 GB').toObject(),
    })
    const { id } = await submit()
    const workers = []
    for (let i = 0; i < 3; i += 1) workers.push(await joinScripted(network.multiaddr(), broken))
    const render = await until(id, 'failed')
    expect(render.jobs[0]?.failure).toMatchObject({
      code: 'attempts_exhausted',
      message: expect.stringContaining('the GPU has 2 GB'),
    })
    for (const worker of workers) await worker.stop()
  })
})
