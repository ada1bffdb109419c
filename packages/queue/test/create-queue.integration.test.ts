import { newJobId, silentLogger } from '@reverie/core'
import { createQueue } from '@reverie/queue'
import { createRecordingLogger } from '@reverie/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestDatabase, type TestDatabase } from './pglite-pool.ts'

/** What a claim of a dead process may take to wait again with the default options. */
const EXPIRY_MS = 6_000

describe('createQueue', () => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await openTestDatabase()
  })
  afterAll(() => database.close())

  const rowsOf = async (table: string, queue: string): Promise<number> => {
    const { rows } = await database.query<{ count: number }>(
      `select count(*)::integer as count from bullmq.${table} where queue = $1`,
      [queue],
    )
    return rows[0]?.count ?? 0
  }

  it('leaves nothing of entries that are done or removed, and a bounded log', async () => {
    const { pool } = database.connect()
    const queue = await createQueue({ pool, logger: silentLogger }, { name: 'tidy' })
    for (let round = 0; round < 60; round++) {
      const jobs = Array.from({ length: 5 }, () => newJobId())
      await queue.add(jobs.map((job) => ({ job, lane: 'a', priority: 0 })))
      await queue.claim('a')
      for (const job of jobs) await queue.remove(job)
    }
    expect(await rowsOf('job', 'tidy/a')).toBe(0)
    expect(await rowsOf('event', 'tidy/a')).toBeLessThan(400)
    await queue.close()
  })

  it('takes a lane that names as many models as a job may', async () => {
    const { pool } = database.connect()
    const queue = await createQueue({ pool, logger: silentLogger }, { name: 'long' })
    const cid = `bafyrei${'a'.repeat(52)}`
    const lane = [cid, '4096x4096', ...Array<string>(24).fill(cid)].join('.')
    const job = newJobId()
    await queue.add([{ job, lane, priority: 0 }])
    expect(await queue.waiting()).toEqual(new Map([[lane, 1]]))
    expect(await queue.positions([job])).toEqual(new Map([[job, 0]]))
    expect(await queue.claim(lane)).toEqual({ job, lane })
    await queue.close()
  })

  it('keeps queues of other names in one database apart', async () => {
    const { pool } = database.connect()
    const one = await createQueue({ pool, logger: silentLogger }, { name: 'one' })
    const other = await createQueue({ pool, logger: silentLogger }, { name: 'one-more' })
    await other.add([{ job: newJobId(), lane: 'a', priority: 0 }])
    expect(await one.entries()).toEqual([])
    expect(await one.waiting()).toEqual(new Map())
    expect(await one.claim('a')).toBeUndefined()
    await one.close()
    await other.close()
  })

  it('lets claims of a killed process wait again within six seconds by default', async () => {
    const dead = database.connect()
    const logger = createRecordingLogger()
    const killed = await createQueue({ pool: dead.pool, logger: silentLogger }, { name: 'slow' })
    const queue = await createQueue({ pool: database.connect().pool, logger }, { name: 'slow' })
    const job = newJobId()
    await queue.add([{ job, lane: 'a', priority: 0 }])
    await killed.claim('a')
    const claimedAt = performance.now()
    dead.kill()
    await vi.waitFor(async () => expect(await queue.claim('a')).toEqual({ job, lane: 'a' }), {
      timeout: EXPIRY_MS,
      interval: 100,
    })
    expect(performance.now() - claimedAt).toBeGreaterThan(4_000)
    expect(logger.lines).toContainEqual({
      level: 'warn',
      message: 'claims expired',
      fields: { lane: 'a', jobs: 1 },
    })
    await queue.close()
  })

  it('reports a database that does not answer as unavailable storage', async () => {
    const { pool } = database.connect()
    const queue = await createQueue({ pool, logger: silentLogger }, { name: 'broken' })
    const query = vi.spyOn(pool, 'query').mockRejectedValue(new Error('disk full'))
    const add = queue.add([{ job: newJobId(), lane: 'a', priority: 0 }])
    await expect(add).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('disk full'),
    })
    query.mockRestore()
    await queue.close()
  })

  it('refuses a priority that BullMQ cannot keep', async () => {
    const { pool } = database.connect()
    const queue = await createQueue({ pool, logger: silentLogger }, { name: 'priorities' })
    for (const priority of [-1, 0.5, 2 ** 21]) {
      const add = queue.add([{ job: newJobId(), lane: 'a', priority }])
      await expect(add).rejects.toMatchObject({ code: 'internal' })
    }
    expect(await queue.entries()).toEqual([])
    await queue.close()
  })

  it('fails at start, not at the first add, when names do not resolve in its schema', async () => {
    const astray = await openTestDatabase({ searchPath: 'public' })
    const { pool } = astray.connect()
    await expect(createQueue({ pool, logger: silentLogger })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('search_path'),
    })
    await astray.close()
  })
})
