import { open, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ReverieError } from '@reverie/core'
import type { GraphTensor } from './tensor-proto.ts'
import { storageOf } from './tensor-proto.ts'
import { notAGraph } from './wire-fields.ts'

/** Protobuf's own limit; larger models keep their weights in files beside the graph. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1

/**
 * The bytes of a graph, in one buffer.
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readGraph(path: string): Promise<Uint8Array> {
  let bytes: number
  try {
    const found = await stat(path)
    bytes = found.isFile() ? found.size : 0
  } catch (cause) {
    throw missingFile(path, cause)
  }
  if (bytes === 0 || bytes > MAX_GRAPH_BYTES) {
    throw notAGraph(path, `${bytes} bytes; a graph has 1 to ${MAX_GRAPH_BYTES}`)
  }
  try {
    return await readFile(path)
  } catch (cause) {
    throw missingFile(path, cause)
  }
}

/**
 * The little-endian bytes of a tensor: a view of the graph's, or read from the file beside it. Do not write into them.
 * @param expected the number of bytes that its shape needs
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readValues(
  tensor: GraphTensor,
  path: string,
  expected: number,
): Promise<Uint8Array> {
  const storage = storageOf(tensor, path)
  const wrong = (actual: number): ReverieError =>
    notAGraph(path, `tensor ${tensor.name} has ${actual} bytes where its shape needs ${expected}`)
  if (storage.kind === 'inside') {
    if (storage.bytes.length !== expected) throw wrong(storage.bytes.length)
    return storage.bytes
  }
  if (storage.length !== undefined && storage.length !== expected) throw wrong(storage.length)
  const file = join(dirname(path), storage.location)
  const handle = await open(file).catch((cause: unknown) => {
    throw missingFile(file, cause)
  })
  try {
    // Before memory is taken for it: a shape may claim anything.
    const { size } = await handle.stat()
    if (storage.offset + expected > size) {
      throw new ReverieError(
        'model_invalid',
        `${file} has ${size} bytes, but the graph keeps tensor ${tensor.name} at ${storage.offset} to ${storage.offset + expected}; get the model again`,
        { file },
      )
    }
    const bytes = Buffer.allocUnsafeSlow(expected)
    for (let done = 0; done < expected; ) {
      const { bytesRead } = await handle.read(bytes, done, expected - done, storage.offset + done)
      if (bytesRead === 0) throw wrong(done)
      done += bytesRead
    }
    return bytes
  } finally {
    await handle.close()
  }
}

export const missingFile = (file: string, cause: unknown): ReverieError =>
  new ReverieError(
    'model_file_missing',
    `${file} cannot be read: ${(cause as Error).message}; install the model again`,
    { file },
    { cause },
  )
