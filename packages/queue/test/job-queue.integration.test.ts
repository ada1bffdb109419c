import { type JobQueue, silentLogger } from '@reverie/core'
import { createQueue } from '@reverie/queue'
import { describeJobQueueContract } from '@reverie/testkit'
import { afterAll, beforeAll } from 'vitest'
import { type MortalPool, openTestDatabase, type TestDatabase } from './pglite-pool.ts'

/** Short, so that the suite sees claims expire without a long wait; the defaults have a test of their own. */
const FAST = { claimMs: 1_200, renewMs: 300, expiryCheckMs: 60 }

let database: TestDatabase
let tests = 0

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

describeJobQueueContract('BullMQ on PGlite', async () => {
  const name = `contract-${tests++}`
  const opened = new Map<JobQueue, MortalPool>()
  return {
    async open() {
      const mortal = database.connect()
      const queue = await createQueue(
        { pool: mortal.pool, logger: silentLogger },
        { name, ...FAST },
      )
      opened.set(queue, mortal)
      return queue
    },
    async crash(queue) {
      opened.get(queue)?.kill()
      opened.delete(queue)
    },
    passClaimTime: async () => {},
    async close() {
      for (const queue of opened.keys()) await queue.close()
    },
  }
})
