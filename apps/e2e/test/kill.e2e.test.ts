import { join } from 'node:path'
import { silentLogger } from '@reverie/core'
import { openDatabase } from '@reverie/store'
import { createSeededRandom } from '@reverie/testkit'
import { verifyImage } from '@reverie/trust'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type NetworkUnderTest, startNetwork } from '../src/network-under-test.ts'

let network: NetworkUnderTest
afterEach(() => network.stop())

const RENDERS = 8
const KILLS = 6
const patience = { timeout: 120_000, interval: 100 }

/** Sends a render until it is accepted; the key makes sending twice harmless. */
const submit = (n: number, key: string) =>
  vi.waitFor(
    () =>
      network.client.createRender(
        { prompt: `red apple, 3d style, blue background`, steps: 10, n, seed: 7 },
        { idempotencyKey: key },
      ),
    patience,
  )

const allJobs = async () => {
  const { renders } = await network.client.listRenders({ limit: 100 })
  return renders.flatMap((render) => render.jobs)
}

const untilSomethingIsLeased = () =>
  vi.waitFor(async () => {
    const states = (await allJobs()).map((job) => job.state)
    const over = states.every((state) => state === 'completed')
    expect(over || states.includes('leased')).toBe(true)
  }, patience)

describe('kill -9', () => {
  it('of coordinator or worker at any moment loses no accepted job and doubles none', async () => {
    network = await startNetwork()
    const random = createSeededRandom(20_261)
    const accepted: string[] = []
    for (let i = 0; i < RENDERS; i += 1) {
      accepted.push((await submit(2, `kill-test-${i}`)).id)
    }

    for (let kill = 0; kill < KILLS; kill += 1) {
      await untilSomethingIsLeased()
      // A moment that no event marks: between two steps, while a result is sent, while a row is written.
      await new Promise((resolve) => setTimeout(resolve, random.int(0, 400)))
      if (kill % 2 === 0) {
        await network.killCoordinator()
        await network.startCoordinator()
        // The client never heard, so it asks again: still the same render.
        expect((await submit(2, 'kill-test-0')).id).toBe(accepted[0])
      } else {
        await network.killWorker()
        await network.startWorker()
      }
    }

    const jobs = await vi.waitFor(async () => {
      const found = await allJobs()
      expect(found.map((job) => job.state)).toEqual(Array(RENDERS * 2).fill('completed'))
      return found
    }, patience)

    for (const job of jobs) {
      const { bytes } = await network.client.getImage({ hash: String(job.image?.hash) })
      expect(verifyImage(bytes).verdict).toBe('verified')
    }
    await network.coordinator().stop()
    const database = await openDatabase(
      { folder: join(network.folder, 'coordinator', 'database') },
      { logger: silentLogger },
    )
    try {
      const rows = await database.query(
        'select count(*)::int as receipts, count(distinct job)::int as jobs from reverie.receipts',
      )
      expect(rows).toEqual([{ receipts: RENDERS * 2, jobs: RENDERS * 2 }])
      const leases = jobs.reduce((sum, job) => sum + job.attempt, 0)
      const figures = `${KILLS} kills, ${jobs.length} accepted images, ${leases} leases`
      console.info(`${figures}: each image completed once, each receipt verified`)
    } finally {
      await database.close()
    }
  })
})
