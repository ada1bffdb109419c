import { ReverieError } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createBackOff } from '../../src/up/back-off.ts'
import type { Program, ProgramEnd } from '../../src/up/program.ts'
import { supervise } from '../../src/up/supervise.ts'

interface FakeProgram extends Program {
  readonly calls: string[]
  beReady(): void
  end(end: ProgramEnd): void
}

function fakeProgram(): FakeProgram {
  const ready = Promise.withResolvers<Readonly<Record<string, unknown>>>()
  const ended = Promise.withResolvers<ProgramEnd>()
  ready.promise.catch(() => {})
  const calls: string[] = []
  return {
    ready: ready.promise,
    ended: ended.promise,
    calls,
    tell: () => {},
    beReady: () => ready.resolve({ type: 'ready' }),
    end: (end) => {
      ready.reject(end.error ?? new ReverieError('internal', 'ended'))
      ended.resolve(end)
    },
    drain: () => {
      calls.push('drain')
      ended.resolve({ how: 0, error: undefined })
    },
    kill: () => void calls.push('kill'),
  }
}

describe('supervise', () => {
  it('tells readiness, and rejects when the program ends before it', async () => {
    const error = new ReverieError('address_in_use', 'taken')
    const program = fakeProgram()
    const starts: number[] = []
    const supervised = supervise({
      start: () => {
        starts.push(1)
        return program
      },
      onReady: () => {},
      onCrash: () => {},
    })
    program.end({ how: 1, error })
    await expect(supervised.ready).rejects.toBe(error)
    await supervised.drain()
    expect(starts).toHaveLength(1)
  })

  it('reports a crash with the delay, and does not start again once it drains', async () => {
    const program = fakeProgram()
    const crash = Promise.withResolvers<number>()
    let starts = 0
    const supervised = supervise({
      start: () => {
        starts += 1
        return program
      },
      onReady: () => {},
      onCrash: (_end, delayMs) => crash.resolve(delayMs),
    })
    program.beReady()
    await supervised.ready
    program.end({ how: 'SIGKILL', error: undefined })
    await expect(crash.promise).resolves.toBe(1_000)
    await supervised.drain()
    expect(starts).toBe(1)
  })

  it('drains by asking the program and waits until it is gone', async () => {
    const program = fakeProgram()
    const supervised = supervise({ start: () => program, onReady: () => {}, onCrash: () => {} })
    program.beReady()
    await supervised.ready
    await supervised.drain()
    expect(program.calls).toEqual(['drain'])
  })
})

describe('createBackOff', () => {
  it('doubles up to half a minute and starts over after a healthy run', () => {
    const backOff = createBackOff()
    const delays = Array.from({ length: 7 }, () => backOff.next(10))
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(backOff.next(60_000)).toBe(1_000)
  })
})
