import { type JobQueue, silentLogger } from '@reverie/core'
import { createQueue, type QueuePool } from '@reverie/queue'
import { createRecords, type Database, openDatabase } from '@reverie/store'
import { buildNewRender, describeJobQueueContract } from '@reverie/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Short, so that the suite sees claims expire without a long wait. */
const FAST = { claimMs: 1_200, renewMs: 300, expiryCheckMs: 60 }

let database: Database
let tests = 0

beforeAll(async () => {
  database = await openDatabase({ memory: true }, { logger: silentLogger })
})
afterAll(() => database.close())

/** A pool that can die: nothing is answered any more, as by a process that was killed. */
function mortal(pool: QueuePool): { readonly pool: QueuePool; kill(): void } {
  let isAlive = true
  const never = new Promise<never>(() => {})
  const answer: QueuePool = {
    query: (text, parameters) => (isAlive ? pool.query(text, parameters) : never),
    connect: () => pool.connect(),
    end: () => pool.end(),
    on: () => answer,
    removeAllListeners: () => answer,
  }
  return {
    pool: answer,
    kill: () => {
      isAlive = false
    },
  }
}

describeJobQueueContract("BullMQ on the store's database", async () => {
  const name = `store-${tests++}`
  const opened = new Map<JobQueue, () => void>()
  return {
    async open() {
      const { pool, kill } = mortal(database.pool)
      const queue = await createQueue({ pool, logger: silentLogger }, { name, ...FAST })
      opened.set(queue, kill)
      return queue
    },
    async crash(queue) {
      opened.get(queue)?.()
      opened.delete(queue)
    },
    passClaimTime: async () => {},
    async close() {
      for (const queue of opened.keys()) await queue.close()
    },
  }
})

describe('records and queue on one database', () => {
  it('work at once without waiting for each other forever', async () => {
    const { renders } = createRecords(database)
    const queue = await createQueue(
      { pool: database.pool, logger: silentLogger },
      { name: 'at-once' },
    )
    const made = Array.from({ length: 40 }, () => buildNewRender())
    await Promise.all(
      made.map(async (render) => {
        const { render: record } = await renders.create(render)
        await queue.add(record.jobs.map(({ id }) => ({ job: id, lane: 'a', priority: 0 })))
        await queue.claim('a')
      }),
    )
    const jobs = made.flatMap((render) => render.jobs.map((job) => job.id))
    expect((await queue.entries()).toSorted()).toEqual(jobs.toSorted())
    expect(await queue.waiting()).toEqual(new Map())
    await queue.close()
  })
})
