import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JobQueue, newJobId, type QueueEntry, silentLogger } from '@reverie/core'
import { createQueue } from '../src/index.ts'
import { openTestDatabase } from '../test/pglite-pool.ts'

const WARM_UP = 500
const ENTRIES = 2_000
const PER_CALL = 20
const SIGNALS = 300
const LANE = 'lane'

const entriesOf = (count: number): QueueEntry[] =>
  Array.from({ length: count }, () => ({ job: newJobId(), lane: LANE, priority: 0 }))

async function msOf(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await task()
  return performance.now() - startedAt
}

const perSecond = async (count: number, task: () => Promise<unknown>): Promise<number> =>
  count / ((await msOf(task)) / 1_000)

async function addOneByOne(queue: JobQueue, count: number): Promise<void> {
  for (const entry of entriesOf(count)) await queue.add([entry])
}

async function addTogether(queue: JobQueue, count: number): Promise<void> {
  for (let added = 0; added < count; added += PER_CALL) await queue.add(entriesOf(PER_CALL))
}

async function claimAndRemove(queue: JobQueue): Promise<void> {
  for (let claim = await queue.claim(LANE); claim; claim = await queue.claim(LANE)) {
    await queue.remove(claim.job)
  }
}

/** Milliseconds from the call of add to the listener, sorted. */
async function signalDelays(queue: JobQueue, count: number): Promise<number[]> {
  const delays: number[] = []
  for (let done = 0; done < count; done++) {
    const heard = Promise.withResolvers<void>()
    const stop = queue.onWaiting(() => heard.resolve())
    delays.push(
      await msOf(async () => {
        await Promise.all([queue.add(entriesOf(1)), heard.promise])
      }),
    )
    stop()
  }
  return delays.toSorted((a, b) => a - b)
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

/** Figures of one process on PGlite on disk, as PGlite comes: without waiting for the disk at each commit. */
export async function bench() {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-queue-bench-'))
  const database = await openTestDatabase({ folder })
  const queue = await createQueue({ pool: database.connect().pool, logger: silentLogger })
  try {
    await addOneByOne(queue, WARM_UP)
    await claimAndRemove(queue)
    const addsPerS = await perSecond(ENTRIES, () => addOneByOne(queue, ENTRIES))
    const claimsPerS = await perSecond(ENTRIES, () => claimAndRemove(queue))
    const batchedAddsPerS = await perSecond(ENTRIES, () => addTogether(queue, ENTRIES))
    await claimAndRemove(queue)
    const delays = await signalDelays(queue, SIGNALS)
    return [
      { name: 'adds, one by one', value: addsPerS, unit: '1/s' },
      { name: `adds, ${PER_CALL} a call`, value: batchedAddsPerS, unit: '1/s' },
      { name: 'claim and remove', value: claimsPerS, unit: '1/s' },
      { name: 'add to listener, p50', value: quantile(delays, 0.5), unit: 'ms' },
      { name: 'add to listener, p99', value: quantile(delays, 0.99), unit: 'ms' },
    ]
  } finally {
    await queue.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}
