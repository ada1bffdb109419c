import type { JobFromWorker } from '@reverie/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LeaseState, nextLeaseState } from '../../src/gateway/lease-conversation.ts'

const start: LeaseState = { type: 'offered' }
const run = (messages: readonly JobFromWorker[]) =>
  messages.reduce<LeaseState>(nextLeaseState, start)
const step = (at: number, of = 20): JobFromWorker => ({ type: 'progress', step: at, of })

describe('the conversation of a lease', () => {
  it('ends as the worker says', () => {
    expect(run([{ type: 'accepted' }, step(1), step(20), { type: 'finished' }])).toEqual({
      type: 'ended',
      end: { type: 'finished' },
    })
  })

  it('takes a fault for an answer to the offer', () => {
    const error = { code: 'worker_refused', message: 'busy', facts: {} } as const
    expect(run([{ type: 'fault', error }])).toEqual({
      type: 'ended',
      end: { type: 'fault', error },
    })
  })

  it('takes the same step twice, for a better guess of the time left', () => {
    const state = run([{ type: 'accepted' }, step(3), { ...step(3), etaMs: 90 } as JobFromWorker])
    expect(state).toEqual({ type: 'accepted', progress: { step: 3, of: 20, etaMs: 90 } })
  })

  it('takes nothing after the end', () => {
    expect(() => run([{ type: 'accepted' }, { type: 'finished' }, step(20)])).toThrow(
      expect.objectContaining({ code: 'protocol_violation' }),
    )
  })

  it('never lets steps go back, whatever a worker says', () => {
    const said = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(20, 20, 20, 25)), { maxLength: 20 })
    fc.assert(
      fc.property(said, (steps) => {
        let state = run([{ type: 'accepted' }])
        let last = -1
        for (const [at, of] of steps) {
          try {
            state = nextLeaseState(state, step(at, of))
          } catch (error) {
            expect(error).toMatchObject({ code: 'protocol_violation' })
            return
          }
          if (state.type !== 'accepted' || !state.progress) throw new Error('no progress')
          expect(state.progress.step).toBeGreaterThanOrEqual(last)
          expect(state.progress.step).toBeLessThanOrEqual(state.progress.of)
          last = state.progress.step
        }
      }),
    )
  })
})
