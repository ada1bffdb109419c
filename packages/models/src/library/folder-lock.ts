import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { type Clock, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { pause } from '../download/retry.ts'

export interface LockOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Called once when somebody else has it. */
  readonly onWait?: () => void
}

/** Who has it. */
const Holder = z.object({ token: z.string(), pid: z.int(), host: z.string() })
type Holder = z.infer<typeof Holder>

const ASK_EVERY_MS = 500
const BEAT_MS = 5_000
/** A holder that has not shown itself for this long is gone: its machine went off, or its disk is another machine's. */
const STALE_MS = 60_000

/**
 * Runs `work` while no other process runs its own with the same lock file; waits for them. What a killed process left
 * behind holds nobody up.
 */
export async function withFolderLock<T>(
  path: string,
  { clock, signal, onWait = () => {} }: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own: Holder = { token: randomUUID(), pid: process.pid, host: hostname() }
  await mkdir(dirname(path), { recursive: true })
  for (let asked = 0; !(await take(path, own)); asked++) {
    if (asked === 0) onWait()
    const other = await read(path)
    if (other !== undefined && (await isGone(path, other))) await evict(path, other)
    else await pause(clock, ASK_EVERY_MS, signal)
  }
  const lost = new AbortController()
  let cancel: () => void = () => {}
  const beat = async () => {
    const holder = await read(path)
    if (holder?.token !== own.token) return lost.abort(takenOver(path))
    const now = new Date()
    await utimes(path, now, now).catch(() => {})
  }
  const schedule = () => {
    cancel = clock.after(BEAT_MS, () => void beat().then(schedule, schedule))
  }
  schedule()
  try {
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal)
  } finally {
    cancel()
    if (!lost.signal.aborted) await rm(path, { force: true })
  }
}

/** Appears with its content or not at all: a link fails where the name is taken. */
async function take(path: string, own: Holder): Promise<boolean> {
  const draft = `${path}.${own.token}`
  await writeFile(draft, JSON.stringify(own))
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return z.parse(Holder, JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

async function isGone(path: string, { pid, host }: Holder): Promise<boolean> {
  const seen = await stat(path).catch(() => undefined)
  if (seen === undefined) return false
  if (Date.now() - seen.mtimeMs > STALE_MS) return true
  return host === hostname() && !isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Two may see the same stale lock: whoever renames another's by mistake puts it back. */
async function evict(path: string, seen: Holder): Promise<void> {
  const away = `${path}.${randomUUID()}`
  const isMoved = await rename(path, away).then(
    () => true,
    () => false,
  )
  if (!isMoved) return
  const taken = await read(away)
  if (taken?.token !== seen.token) await link(away, path).catch(() => {})
  await rm(away, { force: true })
}

const takenOver = (path: string) =>
  new ReverieError(
    'download_failed',
    `another process took over ${path} while this one slept; what arrived is kept, run it again`,
    { file: path },
  )
