import { ReverieError } from '@reverie/core'
import { expect, it } from 'vitest'
import { measureGuidance } from '../../src/pipeline/measure-guidance.ts'
import type { Unet } from '../../src/pipeline/pipeline.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'

const SIZE = { width: 2, height: 2 }

/** A UNet whose calls take `cost` of their rows, in the time of a clock that nothing else moves. */
async function measured(cost: (rows: number) => number, changes: Partial<Unet> = {}) {
  let ms = 0
  const calls: number[] = []
  const { text, unet } = createFakePipeline({ extraChannels: 5 })
  const timed: Unet = {
    ...unet,
    async predict(call) {
      calls.push(call.rows.length)
      // The first call of a shape pays for it.
      ms +=
        cost(call.rows.length) + (calls.filter((n) => n === call.rows.length).length > 1 ? 0 : 99)
      return unet.predict(call)
    },
    ...changes,
  }
  return { ...(await measureGuidance({ text, unet: timed }, SIZE, undefined, () => ms)), calls }
}

it('prefers one call of two rows where it is quicker', async () => {
  const { mode, batchedMs, splitMs } = await measured((rows) => 10 + rows)
  expect({ mode, batchedMs, splitMs }).toEqual({ mode: 'batched', batchedMs: 12, splitMs: 22 })
})

it('prefers two calls where two rows cost more', async () => {
  expect((await measured((rows) => rows * rows)).mode).toBe('split')
})

it('prefers two calls where two rows do not fit into memory', async () => {
  const { mode, batchedMs } = await measured((rows) => {
    if (rows === 2) throw new ReverieError('out_of_memory', 'too large')
    return 1
  })
  expect([mode, batchedMs]).toEqual(['split', Number.POSITIVE_INFINITY])
})

it('passes other failures on', async () => {
  await expect(
    measured(() => {
      throw new ReverieError('engine_failed', 'the device was lost')
    }),
  ).rejects.toMatchObject({ code: 'engine_failed' })
})

it('has nothing to measure with a distilled model', async () => {
  expect((await measured(() => 1, { isDistilled: true })).calls).toEqual([])
})
