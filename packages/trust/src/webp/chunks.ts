import { ascii, fileError, joinBytes, requireReadableLength } from '../picture/picture-format.ts'

/** "RIFF", size, "WEBP". */
const HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
/** A still picture has a handful; animations with thousands of frames are not ours to read. */
const MAX_CHUNKS = 10_000

export interface WebpChunk {
  /** Four ASCII characters. */
  readonly type: string
  readonly data: Uint8Array
}

export const isWebp = (file: Uint8Array): boolean =>
  ascii(file.subarray(0, 4)) === 'RIFF' && ascii(file.subarray(8, 12)) === 'WEBP'

/**
 * Every chunk of a WebP (RFC 9649) in order; the whole file and nothing after it.
 * @throws ReverieError `file_unreadable` when it is no WebP, too large, truncated or damaged
 */
export function readWebpChunks(file: Uint8Array): readonly WebpChunk[] {
  requireReadableLength('WebP', file)
  if (!isWebp(file)) throw fileError('The file is not a WebP: it does not begin with RIFF and WEBP')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const stated = view.getUint32(4, true) + 8
  if (stated !== file.length) {
    throw fileError(
      `The WebP is ${stated > file.length ? 'truncated' : 'damaged'}: it states ${stated} bytes, ${file.length} are there`,
    )
  }
  const chunks: WebpChunk[] = []
  let at = HEADER_BYTES
  while (at < file.length) {
    if (chunks.length === MAX_CHUNKS) {
      throw fileError(`The WebP has more than ${MAX_CHUNKS} chunks; it is not read`)
    }
    const start = at + CHUNK_HEADER_BYTES
    const length = start <= file.length ? view.getUint32(at + 4, true) : Number.POSITIVE_INFINITY
    const end = start + length
    if (end + (length % 2) > file.length) {
      throw fileError(`The WebP is damaged: the chunk at byte ${at} is longer than the file`)
    }
    chunks.push({ type: ascii(file.subarray(at, at + 4)), data: file.subarray(start, end) })
    at = end + (length % 2)
  }
  return chunks
}

/** The inverse of {@link readWebpChunks}. */
export function writeWebpChunks(chunks: readonly WebpChunk[]): Uint8Array {
  const parts = chunks.map(({ type, data }) => {
    const bytes = new Uint8Array(CHUNK_HEADER_BYTES + data.length + (data.length % 2))
    for (let i = 0; i < 4; i++) bytes[i] = type.charCodeAt(i)
    new DataView(bytes.buffer).setUint32(4, data.length, true)
    bytes.set(data, CHUNK_HEADER_BYTES)
    return bytes
  })
  const body = joinBytes(parts)
  const header = new Uint8Array(HEADER_BYTES)
  header.set(new TextEncoder().encode('RIFF'))
  header.set(new TextEncoder().encode('WEBP'), 8)
  new DataView(header.buffer).setUint32(4, body.length + 4, true)
  return joinBytes([header, body])
}
