import { describe, expect, it, vi } from 'vitest'
import { startDispatch } from './harness.ts'

const unsupported = {
  code: 'unsupported_by_model',
  message: 'the text encoder has 3 layers, not 12',
  facts: {},
} as const
const failure = { code: unsupported.code, message: unsupported.message }

describe('a request that only a worker finds to be at fault', () => {
  it('fails at once with that reason when no other worker is here to say otherwise', async () => {
    const net = await startDispatch({ excludedGraceMs: 10_000 })
    const render = await net.submit()
    const lease = await net.join('only').nextLease()
    lease.fault(unsupported)
    expect((await net.until(render, 'failed')).failure).toEqual(failure)
  })

  it('is believed when a second worker says the same', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const lease = await net.join('one').nextLease()
    const other = net.join('two')
    lease.fault(unsupported)
    ;(await other.nextLease()).fault(unsupported)
    const job = await net.until(render, 'failed')
    expect(job.failure).toEqual(failure)
    expect(job.excluded).toHaveLength(2)
  })

  it('waits for another worker that is busy, and may be drawn by it', async () => {
    const net = await startDispatch()
    await net.submit()
    const busy = net.join('busy')
    const first = await busy.nextLease()
    const render = await net.submit()
    ;(await net.join('liar').nextLease()).fault(unsupported)
    await vi.waitFor(async () => expect((await net.jobOf(render)).excluded).toHaveLength(1))
    expect((await net.jobOf(render)).state).toBe('queued')
    first.finish()
    await net.clock.advance(60_000)
    expect((await net.jobOf(render)).state).not.toBe('failed')
  })
})
