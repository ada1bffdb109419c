import { expect, it } from 'vitest'
import { createTurns } from '../../src/host/turns.ts'

it('runs tasks one at a time in order, past failures', async () => {
  const turns = createTurns()
  const log: string[] = []
  const task = (name: string) => async () => {
    log.push(`${name} begins`)
    await Promise.resolve()
    log.push(`${name} ends`)
    if (name === 'b') throw new Error('b failed')
    return name
  }
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.take(task(name))))
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('never starts a task that is aborted while it waits, and keeps those behind it waiting', async () => {
  const turns = createTurns()
  const controller = new AbortController()
  const { promise: firstMayEnd, resolve: endFirst } = Promise.withResolvers<void>()
  const log: string[] = []
  const first = turns.take(() => firstMayEnd.then(() => void log.push('first')))
  const second = turns.take(async () => void log.push('second'), controller.signal)
  const third = turns.take(async () => void log.push('third'))
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'cancelled' })
  expect(log).toEqual([])
  endFirst()
  await Promise.all([first, third, turns.idle()])
  expect(log).toEqual(['first', 'third'])
})
