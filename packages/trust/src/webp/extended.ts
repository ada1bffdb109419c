import { fileError } from '../picture/picture-format.ts'
import type { WebpChunk } from './chunks.ts'

const VP8X_BYTES = 10
/** Bits of the first byte of VP8X (RFC 9649, section 2.7). */
export const VP8X_FLAG = { alpha: 0x10, exif: 0x08, xmp: 0x04 } as const

export interface WebpSize {
  readonly width: number
  readonly height: number
}

/** Size of the canvas, pixels, from whichever header the file has. @throws ReverieError `file_unreadable` */
export function webpSize(chunks: readonly WebpChunk[]): WebpSize {
  const [first] = chunks
  const size = first && (READERS[first.type]?.(first.data) ?? undefined)
  if (size && size.width > 0 && size.height > 0) return size
  throw fileError(`The WebP has no header with a size: it begins with ${first?.type ?? 'nothing'}`)
}

const READERS: Readonly<Record<string, (data: Uint8Array) => WebpSize | undefined>> = {
  VP8X: (data) =>
    data.length === VP8X_BYTES
      ? { width: uint24(data, 4) + 1, height: uint24(data, 7) + 1 }
      : undefined,
  // A key frame: three bytes of tag, three of start code, then 14 bits a side.
  'VP8 ': (data) =>
    data[3] === 0x9d && data[4] === 0x01 && data[5] === 0x2a && data.length >= 10
      ? { width: uint16(data, 6) & 0x3fff, height: uint16(data, 8) & 0x3fff }
      : undefined,
  // A signature byte, then 14 bits a side, less one.
  VP8L: (data) =>
    data[0] === 0x2f && data.length >= 5
      ? {
          width: (uint16(data, 1) & 0x3fff) + 1,
          height: ((uint24(data, 2) >> 6) & 0x3fff) + 1,
        }
      : undefined,
}

const uint16 = (data: Uint8Array, at: number): number =>
  (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8)
const uint24 = (data: Uint8Array, at: number): number =>
  uint16(data, at) | ((data[at + 2] ?? 0) << 16)

/**
 * The chunks of an extended file: only such a file may carry chunks beside the picture. One that has no VP8X yet gets
 * it. `set` and `clear` change its flags.
 */
export function extended(
  chunks: readonly WebpChunk[],
  { set = 0, clear = 0 }: { readonly set?: number; readonly clear?: number } = {},
): readonly WebpChunk[] {
  const [first, ...rest] = chunks
  const header = first?.type === 'VP8X' ? first.data.slice() : makeHeader(chunks)
  header[0] = ((header[0] ?? 0) | set) & ~clear
  return [{ type: 'VP8X', data: header }, ...(first?.type === 'VP8X' ? rest : chunks)]
}

function makeHeader(chunks: readonly WebpChunk[]): Uint8Array {
  const { width, height } = webpSize(chunks)
  const header = new Uint8Array(VP8X_BYTES)
  const [first] = chunks
  // VP8L states in one bit whether it uses its alpha.
  const hasAlpha = first?.type === 'VP8L' && ((first.data[4] ?? 0) & 0x10) !== 0
  header[0] = hasAlpha ? VP8X_FLAG.alpha : 0
  for (let i = 0; i < 3; i++) {
    header[4 + i] = (width - 1) >> (8 * i)
    header[7 + i] = (height - 1) >> (8 * i)
  }
  return header
}
