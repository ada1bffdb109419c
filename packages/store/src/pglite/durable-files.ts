import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'

interface FileStream {
  /** Descriptor of the real file; absent on a directory. */
  readonly nfd?: number
  readonly node: unknown
}

interface HostFileSystem {
  readonly stream_ops: { fsync?: (stream: FileStream) => number }
  realPath(node: unknown): string
}

/** errno EIO of the WebAssembly system interface. */
const EIO = 29

const hasStreamOps = (value: unknown): value is HostFileSystem =>
  typeof value === 'object' &&
  value !== null &&
  'stream_ops' in value &&
  typeof value.stream_ops === 'object' &&
  value.stream_ops !== null &&
  'realPath' in value

/**
 * Settings under which Postgres asks for its log to be on disk before a commit is answered. PGlite starts with `-F`
 * (fsync off); `fdatasync`, the default method, does nothing in its runtime, `fsync` reaches the file system below.
 * A commit waits for the disk only where {@link Database.durably} asks for it: the queue's own rows can be made anew.
 */
export const durableStartParams = (defaults: readonly string[]): string[] => [
  ...defaults.filter((parameter) => parameter !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync', '-c', 'synchronous_commit=off'],
]

/**
 * Gives the file system below Postgres an fsync. Its own has none, so a commit would survive a killed process but not
 * a power cut. @throws Error when this build of PGlite has no such file system
 */
export function installFsync(pglite: PGlite): void {
  const files: unknown = pglite.Module.NODEFS
  if (!hasStreamOps(files)) throw new Error('this build of PGlite has no host file system')
  const { ErrnoError } = pglite.Module.FS as unknown as {
    ErrnoError: new (errno: number) => Error
  }
  files.stream_ops.fsync = (stream) => {
    try {
      if (stream.nfd === undefined) syncFolder(files.realPath(stream.node))
      else fsyncSync(stream.nfd)
      return 0
    } catch {
      // Postgres understands its own error numbers only; it stops rather than go on with an unsafe log.
      throw new ErrnoError(EIO)
    }
  }
}

function syncFolder(path: string): void {
  // Windows cannot open a directory, and needs no sync of it.
  if (process.platform === 'win32') return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
