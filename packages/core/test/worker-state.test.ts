import { describe, expect, it } from 'vitest'
import { nextWorkerState, type WorkerEvent, type WorkerState } from '../src/index.ts'

const walk = (events: readonly WorkerEvent[]): WorkerState =>
  events.reduce<WorkerState>((state, event) => nextWorkerState(state, event) ?? state, 'starting')

describe('the worker state machine', () => {
  it('goes from start to ready, renders, and is ready again', () => {
    expect(walk(['checked', 'connected'])).toBe('ready')
    expect(walk(['checked', 'connected', 'busy'])).toBe('rendering')
    expect(walk(['checked', 'connected', 'busy', 'idle'])).toBe('ready')
  })

  it('keeps draining through a dropped link and ends stopped', () => {
    expect(walk(['checked', 'connected', 'busy', 'drain', 'disconnected', 'idle'])).toBe('draining')
    expect(walk(['checked', 'connected', 'drain', 'stop'])).toBe('stopped')
  })

  it('does not come back from stopped or failed', () => {
    expect(walk(['checked', 'stop', 'connected', 'drain'])).toBe('stopped')
    expect(walk(['fail', 'checked', 'connected'])).toBe('failed')
  })
})
