import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type JobId, RenderId, silentLogger } from '@reverie/core'
import { createQueue } from '@reverie/queue'
import { createRecords, openDatabase } from '@reverie/store'
import { createSeededRandom } from '@reverie/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const WRITER = join(import.meta.dirname, 'writer.ts')
const KILLS = 6
/** Acknowledgements after which a writer is killed: anywhere in its loop. */
const MAX_LINES = 90
/** A claim of a dead process waits again within this. */
const EXPIRY_MS = 8_000

interface Acknowledged {
  readonly stored: readonly string[]
  readonly queued: readonly string[]
}

/** Runs a writer on the folder and kills it after so many lines. Returns what it had acknowledged. */
async function writeAndKill(folder: string, lines: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, ['--conditions=reverie-source', WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const acknowledged = { stored: [] as string[], queued: [] as string[] }
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, id = ''] = line.split(' ')
    acknowledged[what === 'stored' ? 'stored' : 'queued'].push(id)
    if (++seen === lines) child.kill('SIGKILL')
  }
  expect((await exited)[1]).toBe('SIGKILL')
  return acknowledged
}

describe('a coordinator that is killed while it stores renders', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reverie-kill-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('has lost nothing it acknowledged, and its queue goes on', async () => {
    const random = createSeededRandom(20_260_101)
    const stored: string[] = []
    const queued: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await writeAndKill(folder, random.int(1, MAX_LINES))
      stored.push(...acknowledged.stored)
      queued.push(...acknowledged.queued)
    }

    const database = await openDatabase({ folder }, { logger: silentLogger })
    const { renders } = createRecords(database)
    for (const id of stored) {
      const record = await renders.render(RenderId.parse(id))
      expect(record?.jobs.map((job) => job.state)).toEqual(['queued', 'queued'])
    }

    const queue = await createQueue({ pool: database.pool, logger: silentLogger })
    const open = (await renders.open()).map((job) => job.id)
    const jobs = new Set<string>(open)
    expect(queued.filter((job) => !jobs.has(job))).toEqual([])
    const found = await queue.entries()
    expect(found.filter((job) => !jobs.has(job))).toEqual([])
    // The queue may have forgotten its last entries; the rows know them, and adding one that is there does nothing.
    await queue.add(open.map((job) => ({ job, lane: 'a', priority: 0 })))

    const claimed = new Set<JobId>()
    await vi.waitFor(
      async () => {
        for (let claim = await queue.claim('a'); claim; claim = await queue.claim('a')) {
          claimed.add(claim.job)
        }
        expect(claimed.size).toBe(jobs.size)
      },
      { timeout: EXPIRY_MS, interval: 100 },
    )
    await queue.close()
    await database.close()
  })
})
