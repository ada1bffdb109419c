import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Sha256 } from '@reverie/core'

/** What a file's bytes must hash to: SHA-256, or git's name of a blob (SHA-1 over "blob <size>\0" and the bytes). */
export type Digest =
  | { readonly kind: 'sha256'; readonly hex: string }
  | { readonly kind: 'git-blob'; readonly hex: string }

/** The hashes of a file while its bytes come in. */
export interface RunningDigest {
  update(chunk: Uint8Array): void
  /** Once, at the end. `actual` is in the form that was expected. */
  finish(): { readonly sha256: Sha256; readonly actual: string | undefined }
}

/** Large reads: 64 KiB, the default, spends as long between reads as in SHA-256. */
const READ_BYTES = 1024 * 1024

/** @param size bytes of the whole file: git's form needs it first */
export function createDigest(
  expected: Digest | undefined,
  size: number | undefined,
): RunningDigest {
  const sha256 = createHash('sha256')
  const isBlob = expected?.kind === 'git-blob' && size !== undefined
  const blob = isBlob ? createHash('sha1').update(`blob ${size}\0`) : undefined
  return {
    update(chunk) {
      sha256.update(chunk)
      blob?.update(chunk)
    },
    finish() {
      const hex = sha256.digest('hex') as Sha256
      const actual = expected === undefined ? undefined : (blob?.digest('hex') ?? hex)
      return { sha256: hex, actual }
    },
  }
}

/** Feeds a file's bytes into a digest. Resolves with their number. */
export async function feedFile(
  digest: RunningDigest,
  path: string,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  let bytes = 0
  const stream = createReadStream(path, { highWaterMark: READ_BYTES, signal })
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    digest.update(chunk)
    bytes += chunk.length
    onBytes(bytes)
  }
  return bytes
}
