import { MAX_IMAGE_BYTES } from '@reverie/core'
import { crc32 } from './crc32.ts'
import { pngError } from './error.ts'

export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)

/** Length, type and CRC around a chunk's data. */
const CHUNK_OVERHEAD = 12

/** A 32 MiB file in libpng's 8 KiB IDATs has 4,096 chunks; far more is an attack on whoever lists them. */
const MAX_CHUNKS = 50_000

/** Text and receipt are added to an image that may already be as large as the network carries. */
const MAX_PNG_BYTES: number = MAX_IMAGE_BYTES + 4 * 1024 * 1024

export interface PngChunk {
  /** Four ASCII letters. */
  readonly type: string
  /** A view into the file. */
  readonly data: Uint8Array
  /** Offset of the chunk's length field in the file. */
  readonly start: number
  /** Offset of the first byte after its CRC. */
  readonly end: number
}

export const isPng = (file: Uint8Array): boolean =>
  PNG_SIGNATURE.every((byte, i) => file[i] === byte)

/**
 * Every chunk of a PNG in order, IHDR to IEND, each with a correct CRC and nothing after IEND.
 * @throws ReverieError `file_unreadable` when the file is not a PNG, too large, truncated or damaged
 */
export function readPngChunks(png: Uint8Array): readonly PngChunk[] {
  if (png.length > MAX_PNG_BYTES) {
    throw pngError(`The PNG has ${png.length} bytes; at most ${MAX_PNG_BYTES} are read`)
  }
  if (!isPng(png)) {
    throw pngError('The file is not a PNG: it does not begin with the PNG signature')
  }
  const chunks: PngChunk[] = []
  let at = PNG_SIGNATURE.length
  let last: string | undefined
  while (last !== 'IEND') {
    const chunk = readChunk(png, at)
    if (last === undefined && chunk.type !== 'IHDR') {
      throw pngError(`The PNG begins with a ${chunk.type} chunk where IHDR must be`, { at })
    }
    if (chunks.length === MAX_CHUNKS) {
      throw pngError(`The PNG has more than ${MAX_CHUNKS} chunks; it is not read`)
    }
    chunks.push(chunk)
    at = chunk.end
    last = chunk.type
  }
  if (at !== png.length) {
    throw pngError(`The PNG has ${png.length - at} bytes after its end (IEND)`, { at })
  }
  return chunks
}

function readChunk(png: Uint8Array, start: number): PngChunk {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  if (start + CHUNK_OVERHEAD > png.length) {
    throw pngError(
      `The PNG is truncated: it ends after ${png.length} bytes, before its end (IEND)`,
      { at: start },
    )
  }
  const length = view.getUint32(start)
  const end = start + CHUNK_OVERHEAD + length
  const code = png.subarray(start + 4, start + 8)
  const type = String.fromCharCode(...code)
  if (!/^[A-Za-z]{4}$/.test(type)) {
    throw pngError(`The PNG is damaged: no chunk begins at byte ${start}`, { at: start })
  }
  if (end > png.length) {
    throw pngError(
      `The PNG is truncated: chunk ${type} at byte ${start} states ${length} bytes, ${png.length - start - CHUNK_OVERHEAD} are there`,
      { at: start, chunk: type },
    )
  }
  const found = crc32(png.subarray(start + 4, end - 4))
  const stated = view.getUint32(end - 4)
  if (found !== stated) {
    throw pngError(
      `The PNG is damaged: chunk ${type} at byte ${start} has CRC ${hex(found)}, it states ${hex(stated)}`,
      { at: start, chunk: type },
    )
  }
  return { type, data: png.subarray(start + 8, end - 4), start, end }
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** The bytes of one chunk: length, type, data, CRC. */
export function encodePngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_OVERHEAD + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}
