import type { LeaseEnd, LinkState } from '@reverie/core'
import { buildJobSpec, buildWorkerProfile, createFakeLink } from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'

const submission = () => ({
  spec: buildJobSpec(),
  image: Uint8Array.of(1),
  receipt: Uint8Array.of(2),
})

describe('createFakeLink', () => {
  it('goes through the states that the script says and tells them', async () => {
    const link = createFakeLink()
    const states: LinkState[] = []
    link.onState((state) => states.push(state))
    expect(link.coordinator).toBeUndefined()
    link.connect()
    link.connect()
    link.drop()
    link.refuse()
    await link.close()
    link.connect()
    expect(states).toEqual(['connected', 'connecting', 'refused', 'closed'])
    expect(link.coordinator).toMatch(/^12D3KooW/)
  })

  it('gives jobs to the handler, aborts them on cancel, and lets them go on when the link breaks', async () => {
    const link = createFakeLink()
    link.onJob(
      (_spec, { signal, onProgress }) =>
        new Promise((resolve) => {
          onProgress({ step: 1, of: 2, etaMs: undefined })
          signal.addEventListener('abort', () => resolve({ type: 'cancelled' }))
        }),
    )
    expect(() => link.give(buildJobSpec())).toThrow(/connecting/)
    link.connect()
    const job = link.give(buildJobSpec())
    expect(job.progress).toEqual([{ step: 1, of: 2, etaMs: undefined }])
    const onEnd = vi.fn<(end: LeaseEnd) => void>()
    void job.end.then(onEnd)
    link.drop()
    await Promise.resolve()
    expect(onEnd).not.toHaveBeenCalled()
    job.cancel()
    expect(await job.end).toEqual({ type: 'cancelled' })
  })

  it('answers results as the script says, and not at all without a session', async () => {
    const link = createFakeLink()
    await expect(link.deliver(submission())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
    link.connect()
    expect(await link.deliver(submission())).toEqual({
      type: 'accepted',
      receipt: Uint8Array.of(2),
    })
    link.answerWith(() => {
      throw new Error('not now')
    })
    await expect(link.deliver(submission())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
    expect(link.delivered).toHaveLength(2)
  })

  it('remembers what was announced', () => {
    const link = createFakeLink()
    const profile = buildWorkerProfile({ slots: 3 })
    link.announce(profile)
    expect(link.announced).toEqual([profile])
  })
})
