import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Sha256 } from '@reverie/core'

/** Large reads: 64 KiB, the default, spends as long between reads as in SHA-256. */
const READ_BYTES = 1024 * 1024

/** SHA-256 and length in bytes of a file, read once as a stream. */
export async function hashFile(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  const hash = createHash('sha256')
  let size = 0
  const stream = createReadStream(path, { highWaterMark: READ_BYTES, signal: options.signal })
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { sha256: hash.digest('hex') as Sha256, size }
}
