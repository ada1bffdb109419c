import { link, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

const FILE_NAME = 'coordinator.lock'

const Owner = z.object({
  pid: z.int().check(z.gte(1)),
  /** What tells two processes with one pid apart; null where the system does not say. */
  started: z.nullable(z.string()),
})
type Owner = z.infer<typeof Owner>

export interface FolderLock {
  release(): Promise<void>
}

/** Paths this process holds: a pid alone cannot tell us from ourselves. */
const held = new Set<string>()

/** Clock ticks since boot at which a process started: field 22 of /proc/pid/stat (proc(5)). */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return owner.started === null || owner.started === (await startOf(owner.pid))
}

async function readOwner(path: string): Promise<{ text: string; owner: Owner | undefined }> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return { text, owner: Owner.parse(JSON.parse(text)) }
  } catch {
    // A crash between creating and writing the file leaves it empty.
    return { text, owner: undefined }
  }
}

async function createExclusively(path: string, text: string): Promise<boolean> {
  // Written under another name and linked, so that nobody ever reads a lock half written.
  const draft = `${path}.${process.pid}`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft)
  }
}

/** Moves a dead owner's lock away. Puts it back when somebody else took the folder in between. */
async function clearStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`
  await rename(path, aside).catch(() => {})
  const moved = await readOwner(aside)
  if (moved.text !== stale) await link(aside, path).catch(() => {})
  await unlink(aside).catch(() => {})
}

/**
 * Makes this process the folder's only owner. The lock outlives a killed owner; the next process sees that its pid is
 * gone, or belongs to another program, and takes over. @throws ReverieError `data_folder_unusable` naming the owner's pid
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, FILE_NAME)
  const text = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) })
  const refuse = (pid: number): ReverieError =>
    new ReverieError(
      'data_folder_unusable',
      `the data folder ${folder} is in use by process ${pid}; stop it, or choose another folder`,
      { folder, pid },
    )
  if (held.has(path)) throw refuse(process.pid)
  held.add(path)
  try {
    while (!(await createExclusively(path, text))) {
      const { text: found, owner } = await readOwner(path)
      // Our own pid in a file we do not hold is a dead process's: pids start again in every container.
      if (owner && owner.pid !== process.pid && (await isAlive(owner))) throw refuse(owner.pid)
      await clearStale(path, found)
    }
  } catch (error) {
    held.delete(path)
    throw error
  }
  return {
    async release() {
      if (!held.delete(path)) return
      await unlink(path).catch(() => {})
    },
  }
}
