import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'

/** Far more than any key needs; keeps a wrong path from being read into memory. */
const MAX_FILE_BYTES = 4 * 1024
const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
const OTHERS = 0o077

export interface PrivateFile {
  readonly path: string
  readonly text: string
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/**
 * Reads a secret; undefined when it does not exist.
 * @throws ReverieError `identity_unreadable` when others may read it, or it cannot be read
 */
export async function readPrivateFile(
  folder: string,
  name: string,
): Promise<PrivateFile | undefined> {
  const path = join(folder, name)
  try {
    const { mode, size } = await stat(path)
    // Windows has no such bits: it reports every file as readable by all.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw exposed(path, mode)
    if (size > MAX_FILE_BYTES) throw unreadable(path, `it has ${size} bytes; a key has fewer`)
    return { path, text: await readFile(path, 'utf8') }
  } catch (error) {
    if (error instanceof ReverieError) throw error
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw unreadable(path, (error as Error).message, error)
  }
}

/**
 * Creates a secret that only its owner may read, complete or not at all. Of two processes that try at once one wins and
 * both get the winner's text.
 * @throws ReverieError `data_folder_unusable`
 */
export async function createFileOnce(
  folder: string,
  name: string,
  text: string,
): Promise<PrivateFile> {
  const path = join(folder, name)
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
    await writeDurably(draft, text)
    // Unlike a rename, a link fails where the name is taken.
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  } catch (cause) {
    throw new ReverieError(
      'data_folder_unusable',
      `cannot create ${path}: ${(cause as Error).message}; choose a folder that can be written`,
      { path },
      { cause },
    )
  } finally {
    // A draft that cannot be removed harms nobody; the error above it is the one to see.
    await rm(draft, { force: true }).catch(() => {})
  }
  const file = await readPrivateFile(folder, name)
  if (file) return file
  throw unreadable(path, 'it was removed as it was created')
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY_FILE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

const unreadable = (path: string, why: string, cause?: unknown) =>
  new ReverieError(
    'identity_unreadable',
    `cannot read the key file ${path}: ${why}`,
    { path },
    { cause },
  )

const exposed = (path: string, mode: number) =>
  new ReverieError(
    'identity_unreadable',
    `the key file ${path} can be read by other users (mode ${(mode & 0o777).toString(8)}): run chmod 600 '${path}'`,
    { path },
  )
