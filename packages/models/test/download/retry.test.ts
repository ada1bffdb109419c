import { isReverieError } from '@reverie/core'
import { createFakeClock } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { withRetries } from '../../src/download/retry.ts'
import { TransferError } from '../../src/download/transfer-error.ts'

const MAX = 40_000

function failing(fail: (attempt: number) => unknown, received = () => 0, signal?: AbortSignal) {
  const clock = createFakeClock()
  const times: number[] = []
  const start = clock.now()
  const settled = withRetries(
    { clock, random: () => 1 },
    { what: 'x', received, signal },
    async () => {
      times.push(clock.now() - start)
      const error = fail(times.length)
      if (error !== undefined) throw error
      return 'done'
    },
  ).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  )
  return { clock, times, settled }
}

describe('trying again', () => {
  it('waits twice as long each time and gives up after six failures', async () => {
    const { clock, times, settled } = failing(() => new TransferError('dropped'))
    await clock.advance(MAX)
    const { error } = await settled
    expect(times).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500])
    expect(isReverieError(error) && error.code).toBe('download_failed')
    expect(String(error)).toContain('pull again to go on')
    expect(clock.pending()).toBe(0)
  })

  it('waits as long as the server asks', async () => {
    const { clock, times, settled } = failing((attempt) =>
      attempt === 1 ? new TransferError('busy', { retryAfterMs: 12_000 }) : undefined,
    )
    await clock.advance(MAX)
    expect((await settled).value).toBe('done')
    expect(times).toEqual([0, 12_000])
  })

  it('forgives an attempt that brought much', async () => {
    let received = 0
    const { clock, times, settled } = failing(
      (attempt) => {
        received += 2 * 1024 * 1024
        return attempt < 20 ? new TransferError('dropped') : undefined
      },
      () => received,
    )
    await clock.advance(MAX)
    expect((await settled).value).toBe('done')
    expect(times).toHaveLength(20)
    expect(times[19]).toBe(19 * 500)
  })

  it('does not try again what will not pass', async () => {
    const { times, settled } = failing(() => new Error('broken'))
    expect(String((await settled).error)).toContain('broken')
    expect(times).toHaveLength(1)
  })

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController()
    const { clock, settled } = failing(() => new TransferError('x'), undefined, stop.signal)
    await clock.advance(100)
    stop.abort(new Error('enough'))
    expect(String((await settled).error)).toContain('enough')
    expect(clock.pending()).toBe(0)
  })
})
