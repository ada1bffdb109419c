import { open, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** Waits until a folder with everything in it is on disk. */
export async function syncTree(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncTree(path)
    else if (entry.isFile()) await sync(path)
  }
  // Windows cannot open a directory, and needs no sync of it.
  if (process.platform !== 'win32') await sync(folder)
}

async function sync(path: string): Promise<void> {
  const file = await open(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
