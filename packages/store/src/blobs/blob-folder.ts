import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BlobStore } from '@reverie/core'
import { ReverieError, Sha256 } from '@reverie/core'
import { readRange, syncFolder, writeDurably } from './durable-file.ts'

export interface BlobFolder extends BlobStore {
  /** Absolute path. */
  readonly folder: string
}

/** Files being written; what is left here is of a process that died. */
const INCOMING = 'incoming'
/** Hex digits of the hash that name a shard: 256 folders hold a million blobs at 4,000 each. */
const SHARD_DIGITS = 2

const hashOf = (bytes: Uint8Array): Sha256 =>
  Sha256.parse(createHash('sha256').update(bytes).digest('hex'))

const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'

const undefinedIfMissing = (error: unknown): undefined => {
  if (isMissing(error)) return undefined
  throw unavailable('read', error)
}

function unavailable(verb: string, cause: unknown): ReverieError {
  const { code = 'unknown', message = String(cause) } = cause as Partial<NodeJS.ErrnoException>
  const advice =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'free some space'
      : 'check the disk and the permissions of the blob folder'
  return new ReverieError(
    'storage_unavailable',
    `a blob could not be ${verb === 'read' ? 'read' : 'written'}: ${message}; ${advice}`,
    { reason: code },
    { cause },
  )
}

/**
 * Opens a folder of blobs for this process alone, made where it is missing, and sweeps what a crash left half written.
 * @throws ReverieError `data_folder_unusable`
 */
export async function openBlobFolder(options: { readonly folder: string }): Promise<BlobFolder> {
  const folder = resolve(options.folder)
  const incoming = join(folder, INCOMING)
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 })
    for (const name of await readdir(incoming)) await unlink(join(incoming, name))
  } catch (cause) {
    throw new ReverieError(
      'data_folder_unusable',
      `the blob folder ${folder} cannot be used: ${(cause as Error).message}; check its owner and permissions`,
      { folder },
      { cause },
    )
  }
  return createBlobFolder(folder, incoming)
}

function createBlobFolder(folder: string, incoming: string): BlobFolder {
  let drafts = 0
  const shardOf = (hash: Sha256) => join(folder, hash.slice(0, SHARD_DIGITS))
  const pathOf = (hash: Sha256) => join(shardOf(hash), hash)

  const isKept = async (hash: Sha256): Promise<boolean> => {
    const bytes = await readFile(pathOf(hash)).catch(() => undefined)
    return bytes !== undefined && hashOf(bytes) === hash
  }
  const write = async (hash: Sha256, bytes: Uint8Array) => {
    const draft = join(incoming, `${process.pid}-${drafts++}`)
    try {
      await writeDurably(draft, bytes)
      if ((await mkdir(shardOf(hash), { recursive: true })) !== undefined) await syncFolder(folder)
      await rename(draft, pathOf(hash))
    } catch (error) {
      await unlink(draft).catch(() => {})
      throw error
    }
  }

  return {
    folder,
    async put(bytes) {
      const hash = hashOf(bytes)
      try {
        // A damaged file under this name is written again.
        if (!(await isKept(hash))) await write(hash, bytes)
        // Also when it was there: another put may have renamed it and not synced yet.
        await syncFolder(shardOf(hash))
      } catch (error) {
        throw unavailable('write', error)
      }
      return hash
    },
    get: (hash, range) =>
      (range ? readRange(pathOf(hash), range) : readFile(pathOf(hash))).then(
        (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        undefinedIfMissing,
      ),
    size: (hash) => stat(pathOf(hash)).then(({ size }) => size, undefinedIfMissing),
    async delete(hash) {
      await unlink(pathOf(hash)).catch((error) => {
        if (!isMissing(error)) throw unavailable('write', error)
      })
    },
  }
}
