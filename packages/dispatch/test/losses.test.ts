import { newJobId } from '@reverie/core'
import { buildPeerId } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { createLosses } from '../src/losses.ts'

describe('losses', () => {
  const [first, second, third] = [newJobId(), newJobId(), newJobId()]
  const peer = buildPeerId(1)

  it('count per job and worker until they are forgotten', () => {
    const losses = createLosses()
    expect([losses.add(first, peer), losses.add(first, peer)]).toEqual([1, 2])
    expect(losses.add(first, buildPeerId(2))).toBe(1)
    expect(losses.add(second, peer)).toBe(1)
    losses.forget(first)
    expect(losses.add(first, peer)).toBe(1)
  })

  it('push out the job that was lost longest ago when there are too many', () => {
    const losses = createLosses(2)
    losses.add(first, peer)
    losses.add(second, peer)
    losses.add(first, peer)
    losses.add(third, peer)
    expect(losses.add(first, peer)).toBe(3)
    expect(losses.add(second, peer)).toBe(1)
  })
})
