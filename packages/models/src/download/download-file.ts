import { rm } from 'node:fs/promises'
import { ReverieError, type Sha256 } from '@reverie/core'
import { bodyPlan, RestartError } from './body-plan.ts'
import { createDigest, type Digest, feedFile } from './digest.ts'
import type { HttpAnswer, HttpClient } from './http-client.ts'
import { openPartFile, type PartFile, sizeOf } from './part-file.ts'
import { type RetryModules, withRetries } from './retry.ts'
import { TransferError } from './transfer-error.ts'

/** A file to download. */
export interface RemoteFile {
  /** Inside the model folder. */
  readonly path: string
  readonly url: URL
  /** Bytes; undefined where nobody said. */
  readonly size?: number | undefined
  /** What it must be; undefined where nobody said. */
  readonly digest?: Digest | undefined
}

export interface DownloadModules extends RetryModules {
  readonly http: HttpClient
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes of this file that are here; falls back to 0 when the download has to start again. */
  readonly onBytes?: (bytes: number) => void
}

/** Of a file whose size nobody said: no part of a model is larger. */
const MAX_UNKNOWN_BYTES = 64 * 1024 ** 3

/**
 * Downloads a file to `target`, going on where an earlier run ended, and checks it. What is at `target` already is kept if
 * it is right. The target appears complete or not at all.
 * @throws ReverieError `download_failed`, `model_not_found`, `model_file_corrupt`, `disk_full`
 */
export async function downloadFile(
  modules: DownloadModules,
  file: RemoteFile,
  target: string,
  { signal, onBytes = () => {} }: DownloadOptions = {},
): Promise<{ readonly size: number; readonly sha256: Sha256 }> {
  const here = await checkExisting(file, target, onBytes, signal)
  if (here !== undefined) return here
  const part = await openPartFile(target, file, onBytes, signal)
  try {
    // A part of an earlier run may have been damaged since; only what came in one piece is worth an error.
    for (let isSecond = false; ; isSecond = true) {
      await withRetries(modules, { what: file.path, signal, received: () => part.bytes }, () =>
        fetchRest(modules.http, file, part, signal),
      )
      const { bytes } = part
      const { sha256, actual } = part.digest()
      if (file.digest === undefined || actual === file.digest.hex) {
        await part.commit()
        return { size: bytes, sha256 }
      }
      await part.restart()
      if (isSecond) throw corrupt(file, file.digest.hex, actual)
    }
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(file, part, cause) : cause
  } finally {
    await part.close()
    // An empty part says nothing to the next run.
    if (part.bytes === 0) await rm(`${target}.part`, { force: true })
  }
}

async function checkExisting(
  { size, digest }: RemoteFile,
  target: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
) {
  const found = await sizeOf(target)
  if (found === 0 || digest === undefined || (size !== undefined && size !== found)) {
    return undefined
  }
  const running = createDigest(digest, found)
  await feedFile(running, target, onBytes, signal)
  const { sha256, actual } = running.finish()
  if (actual === digest.hex) return { size: found, sha256 }
  onBytes(0)
  return undefined
}

/** One request for what is missing. */
async function fetchRest(
  http: HttpClient,
  file: RemoteFile,
  part: PartFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (file.size !== undefined && part.bytes > file.size) await part.restart()
  if (file.size === part.bytes && (file.size > 0 || file.digest !== undefined)) return
  const etag = strong(part.etag)
  // Without a digest only the ETag can tell that the rest is of the same file.
  if (part.bytes > 0 && file.digest === undefined && etag === undefined) await part.restart()
  const answer = await http.get(file.url, rangeHeaders(part.bytes, etag), signal)
  try {
    const plan = bodyPlan(answer, part.bytes, file)
    if (plan.isFromStart) await part.restart()
    await part.setEtag(strong(answer.headers.get('etag') ?? undefined))
    await receive(answer, part, plan.total, file)
  } catch (error) {
    if (error instanceof RestartError) await part.restart()
    throw error
  } finally {
    await answer.close()
  }
}

const rangeHeaders = (from: number, etag: string | undefined): Record<string, string> =>
  from === 0 ? {} : { range: `bytes=${from}-`, ...(etag === undefined ? {} : { 'if-range': etag }) }

/** Weak ETags do not promise equal bytes (RFC 9110, 13.1.5). */
const strong = (etag: string | undefined): string | undefined =>
  etag !== undefined && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? etag : undefined

async function receive(
  answer: HttpAnswer,
  part: PartFile,
  total: number | undefined,
  file: RemoteFile,
): Promise<void> {
  const most = total ?? MAX_UNKNOWN_BYTES
  for await (const chunk of answer.chunks()) {
    if (part.bytes + chunk.length > most) {
      await part.restart()
      throw tooLong(file, most)
    }
    await part.append(chunk)
  }
  if (total !== undefined && part.bytes < total) {
    throw new TransferError(
      `${file.url.host} ended ${file.path} after ${part.bytes} of ${total} bytes`,
    )
  }
}

const corrupt = (file: RemoteFile, expected: string, found: string | undefined) =>
  new ReverieError(
    'model_file_corrupt',
    `${file.path} arrived twice with other bytes than were promised: expected ${expected}, found ${found}; the copy on ${file.url.host} or the way to it is damaged, try another`,
    { file: file.path, expected, found },
  )

const tooLong = (file: RemoteFile, most: number) =>
  new ReverieError(
    'model_file_corrupt',
    `${file.path} does not end: ${file.url.host} sends more than its ${most} bytes`,
    { file: file.path, expected: most },
  )

const diskFull = (file: RemoteFile, part: PartFile, cause: unknown) =>
  new ReverieError(
    'disk_full',
    `the disk is full: ${file.path} has ${part.bytes} of ${file.size ?? 'its'} bytes. Make room and pull again to go on`,
    { file: file.path },
    { cause },
  )
