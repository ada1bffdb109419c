import { open } from 'node:fs/promises'

/** A view larger than this is written as it is; smaller ones are gathered, since a graph has ten thousands of them. */
const GATHER_BYTES = 256 * 1024

/** Writes a new file of `chunks`, flushed to the disk. */
export async function writeChunks(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(gathered(chunks))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function* gathered(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for (const chunk of chunks) {
    if (chunk.length > GATHER_BYTES || bytes > GATHER_BYTES) {
      if (bytes > 0) yield Buffer.concat(waiting)
      waiting = []
      bytes = 0
    }
    if (chunk.length > GATHER_BYTES) yield chunk
    else {
      waiting.push(chunk)
      bytes += chunk.length
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}
