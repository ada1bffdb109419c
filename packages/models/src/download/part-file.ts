import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname } from 'node:path'
import { createDigest, type Digest, feedFile, type RunningDigest } from './digest.ts'

/**
 * A file that is still coming: its bytes lie in `<target>.part`, the ETag they belong to in `<target>.part.etag`, until
 * both are complete and the target appears under its name at once.
 */
export interface PartFile {
  /** Bytes so far, those of earlier runs too. */
  readonly bytes: number
  /** What the server called the version that they are of. */
  readonly etag: string | undefined
  append(chunk: Uint8Array): Promise<void>
  setEtag(etag: string | undefined): Promise<void>
  /** Throws the bytes away. */
  restart(): Promise<void>
  digest(): ReturnType<RunningDigest['finish']>
  /** Writes through to the disk and gives the file its name. */
  commit(): Promise<void>
  close(): Promise<void>
}

export async function openPartFile(
  target: string,
  expected: { readonly digest?: Digest | undefined; readonly size?: number | undefined },
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<PartFile> {
  const path = `${target}.part`
  const etagPath = `${path}.etag`
  await mkdir(dirname(target), { recursive: true })
  let handle: FileHandle | undefined
  let bytes = 0
  let etag = await readFile(etagPath, 'utf8').catch(() => undefined)
  let running = createDigest(expected.digest, expected.size)
  if ((await sizeOf(path)) > 0) bytes = await feedFile(running, path, onBytes, signal)
  // "a": what is there stays, whatever happens next.
  handle = await open(path, 'a')
  const close = async () => {
    const open = handle
    handle = undefined
    await open?.close()
  }
  return {
    get bytes() {
      return bytes
    },
    get etag() {
      return etag
    },
    async append(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = (await handle?.write(chunk, done)) ?? { bytesWritten: 0 }
        if (bytesWritten === 0) throw new Error(`${path} is closed`)
        done += bytesWritten
      }
      running.update(chunk)
      bytes += chunk.length
      onBytes(bytes)
    },
    async setEtag(next) {
      if (next === etag) return
      etag = next
      if (next === undefined) await rm(etagPath, { force: true })
      else await writeFile(etagPath, next)
    },
    async restart() {
      await handle?.truncate(0)
      running = createDigest(expected.digest, expected.size)
      bytes = 0
      etag = undefined
      await rm(etagPath, { force: true })
      onBytes(0)
    },
    digest: () => running.finish(),
    async commit() {
      await handle?.sync()
      await close()
      await rename(path, target)
      await rm(etagPath, { force: true })
      await syncFolder(dirname(target))
    },
    close,
  }
}

export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Makes a rename last; Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}
