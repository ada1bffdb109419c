import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** In each entry's folder; its time of change is when the entry was used last. */
export const ENTRY_FILE = 'entry.json'
/** Folders that are being written. */
export const MAKING = '.making-'
const REMOVING = '.removing-'

/** An entry that somebody may be about to open is left alone: between its path and its session lies a moment. */
const GRACE_MS = 60_000
/** Nobody writes a graph this long: its process is gone. */
const ABANDONED_MS = 3_600_000

interface CachedGraph {
  readonly folder: string
  readonly bytes: number
  readonly usedMs: number
}

/**
 * Removes the graphs used longest ago until the rest take at most `maxBytes`, and what crashed processes left behind.
 * Data of base models costs nothing as long as it is linked. Failures to remove are left for the next time: a graph in
 * use cannot be removed everywhere.
 */
export async function boundCache(folder: string, maxBytes: number): Promise<void> {
  const now = Date.now()
  const graphs: CachedGraph[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (name.startsWith('.')) await removeAbandoned(path, name, now)
    else {
      const graph = await measure(path)
      if (graph !== undefined) graphs.push(graph)
    }
  }
  graphs.sort((a, b) => a.usedMs - b.usedMs)
  let total = graphs.reduce((sum, graph) => sum + graph.bytes, 0)
  for (const graph of graphs) {
    if (total <= maxBytes || now - graph.usedMs < GRACE_MS) return
    if (await remove(folder, graph.folder)) total -= graph.bytes
  }
}

async function removeAbandoned(path: string, name: string, now: number): Promise<void> {
  if (!name.startsWith(MAKING) && !name.startsWith(REMOVING)) return
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || now - found.mtimeMs < ABANDONED_MS) return
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}

async function measure(folder: string): Promise<CachedGraph | undefined> {
  try {
    const { mtimeMs } = await stat(join(folder, ENTRY_FILE))
    let bytes = 0
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const found = await stat(join(entry.parentPath, entry.name))
      // A second name for the base's data takes no room of its own.
      if (found.nlink === 1) bytes += found.size
    }
    return { folder, bytes, usedMs: mtimeMs }
  } catch {
    // Another process is removing it.
    return undefined
  }
}

/** Moved aside first, so that nobody finds half of it. */
async function remove(folder: string, graph: string): Promise<boolean> {
  const aside = join(folder, `${REMOVING}${randomUUID()}`)
  try {
    await rename(graph, aside)
    await rm(aside, { recursive: true, force: true })
    return true
  } catch {
    return false
  }
}
