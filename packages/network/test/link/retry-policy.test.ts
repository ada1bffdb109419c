import type { ErrorObject } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { decideRetry } from '../../src/link/retry-policy.ts'

const bounds = {
  retry: { minMs: 100, maxMs: 1_000 },
  refusedRetry: { minMs: 30_000, maxMs: 300_000 },
}
const most = () => 0.999_999
const dismissed = (code: ErrorObject['code'], facts: ErrorObject['facts'] = {}) =>
  ({ type: 'dismissed', error: { code, message: 'no', facts } }) as const

describe('when a link tries again', () => {
  it('is at once after the first loss', () => {
    expect(decideRetry({ type: 'lost', livedMs: 5 }, 0, bounds, most)).toEqual({
      type: 'wait',
      delayMs: 0,
      failures: 1,
    })
  })

  it('is later and later while sessions break as soon as they open', () => {
    const delays: number[] = []
    let failures = 0
    for (let round = 0; round < 6; round += 1) {
      const decision = decideRetry({ type: 'lost', livedMs: 5 }, failures, bounds, most)
      if (decision.type !== 'wait') throw new Error('gave up')
      delays.push(decision.delayMs)
      failures = decision.failures
    }
    expect(delays).toEqual([0, 100, 200, 400, 800, 1_000])
  })

  it('is at once again after a session that worked', () => {
    expect(decideRetry({ type: 'lost', livedMs: 60_000 }, 9, bounds, most)).toMatchObject({
      delayMs: 0,
    })
  })

  it('grows while nobody answers', () => {
    expect(decideRetry({ type: 'unreachable' }, 0, bounds, most)).toMatchObject({ delayMs: 100 })
    expect(decideRetry({ type: 'unreachable' }, 3, bounds, most)).toMatchObject({ delayMs: 800 })
  })

  it('is soon when the coordinator says that it restarts', () => {
    expect(decideRetry(dismissed('shutting_down'), 0, bounds, most)).toMatchObject({
      delayMs: 100,
    })
  })

  it('is slow when the coordinator refuses for now', () => {
    expect(decideRetry(dismissed('peer_refused'), 0, bounds, most)).toMatchObject({
      delayMs: 30_000,
    })
  })

  it('is never after a final refusal', () => {
    expect(decideRetry(dismissed('peer_refused', { final: true }), 0, bounds, most)).toEqual({
      type: 'give up',
    })
  })

  it('is spread out, so that a thousand workers do not return in step', () => {
    expect(decideRetry({ type: 'unreachable' }, 9, bounds, () => 0)).toMatchObject({ delayMs: 0 })
    expect(decideRetry({ type: 'unreachable' }, 9, bounds, () => 0.5)).toMatchObject({
      delayMs: 500,
    })
  })
})
