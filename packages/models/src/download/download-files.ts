import { join } from 'node:path'
import type { Sha256 } from '@reverie/core'
import { type DownloadModules, downloadFile, type RemoteFile } from './download-file.ts'
import type { ProgressMeter } from './progress.ts'

/** What was found out about a file while it came in. */
export interface FileHash {
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly sha256: Sha256
}

/** Few enough for a hub's limits, enough to keep a line busy while one file ends and the next begins. */
const AT_ONCE = 3

/**
 * Downloads files into a folder, three at a time. When one fails for good the others stop where they are.
 * @throws what {@link downloadFile} throws
 */
export async function downloadFiles(
  modules: DownloadModules,
  files: readonly RemoteFile[],
  folder: string,
  meter: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<FileHash[]> {
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  const left = files.values()
  const hashes: FileHash[] = []
  const work = async () => {
    // One iterator for all: each takes the next file that nobody has.
    for (const file of left) {
      const found = await downloadFile(modules, file, join(folder, file.path), {
        signal: either,
        onBytes: (bytes) => meter.file(file.path, bytes),
      })
      meter.done(file.path, found.size)
      hashes.push({ path: file.path, ...found })
    }
  }
  let first: { readonly error: unknown } | undefined
  const workers = Array.from({ length: Math.min(AT_ONCE, files.length) }, () =>
    work().catch((error: unknown) => {
      first ??= { error }
      failed.abort(error)
    }),
  )
  await Promise.all(workers)
  if (first) throw first.error
  return hashes
}
