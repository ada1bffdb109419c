import { ReverieError } from '@reverie/core'
import { expect, it } from 'vitest'
import { climbLadder, economyAt, LAST_RUNG } from '../../../src/host/memory/ladder.ts'

const short = () => new ReverieError('out_of_memory', 'Failed to allocate memory')

/** A render that passes at a rung, and what was done on the way there. */
async function climb(passesAt: number, start = 0) {
  const log: string[] = []
  let attempts = start
  const outcome = await climbLadder({
    start,
    side: 128,
    attempt: async ({ vaeTile, guidance }) => {
      log.push(`draw ${vaeTile ?? 'whole'} ${guidance ?? 'as usual'}`)
      if (attempts++ < passesAt) throw short()
      return 'picture'
    },
    releaseText: async () => void log.push('release text'),
    unloadOthers: async () => void log.push('unload others'),
  }).catch((error: unknown) => error)
  return { outcome, log }
}

it('gives up what costs least first, and says how far it had to go', async () => {
  const { outcome, log } = await climb(4)
  expect(outcome).toEqual({ result: 'picture', rung: 4 })
  expect(log).toEqual([
    'draw whole as usual',
    'draw 64 as usual',
    'draw 64 split',
    'release text',
    'draw 64 split',
    'release text',
    'unload others',
    'draw 64 split',
  ])
})

it('gives up nothing where there is enough', async () => {
  expect(await climb(0)).toEqual({
    outcome: { result: 'picture', rung: 0 },
    log: ['draw whole as usual'],
  })
})

it('begins where it is told to', async () => {
  const { log } = await climb(0, 2)
  expect(log).toEqual(['draw 64 split'])
})

it('ends with the lack of memory when nothing is left to give up', async () => {
  const { outcome, log } = await climb(99)
  expect(outcome).toMatchObject({ code: 'out_of_memory' })
  expect(log.filter((line) => line.startsWith('draw'))).toHaveLength(LAST_RUNG + 1)
})

it('does not try again what failed for another reason', async () => {
  let attempts = 0
  const climbing = climbLadder({
    start: 0,
    side: 64,
    attempt: async () => {
      attempts++
      throw new ReverieError('bad_output', 'NaN')
    },
    releaseText: async () => {},
    unloadOthers: async () => {},
  })
  await expect(climbing).rejects.toMatchObject({ code: 'bad_output' })
  expect(attempts).toBe(1)
})

it('takes tiles smaller than the picture', () => {
  expect(economyAt(1, 256).vaeTile).toBe(64)
  expect(economyAt(1, 64).vaeTile).toBe(32)
  expect(economyAt(1, 16).vaeTile).toBe(24)
})
