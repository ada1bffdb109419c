import { readPngChunks } from './chunks.ts'
import { pngError } from './error.ts'
import {
  decodeTextChunk,
  encodeTextChunk,
  isCompressed,
  isTextChunk,
  keywordOf,
  MAX_TEXT_BYTES,
  type NewPngText,
  type PngText,
} from './text-chunk.ts'

/** Bytes of all texts of one file together: many small bombs are one large one. */
const MAX_ALL_TEXT_BYTES = 4 * MAX_TEXT_BYTES
/** Inflating costs time that a small file must not buy. */
const MAX_COMPRESSED_TEXTS = 16

/**
 * Every text of the file in order: tEXt, zTXt and iTXt, decompressed.
 * @throws ReverieError `file_unreadable` when the PNG is damaged, or a text is larger than 1 MiB (4 MiB together)
 */
export function readPngText(png: Uint8Array): readonly PngText[] {
  let left = MAX_ALL_TEXT_BYTES
  let compressed = 0
  return readPngChunks(png)
    .filter(isTextChunk)
    .map((chunk) => {
      if (isCompressed(chunk) && ++compressed > MAX_COMPRESSED_TEXTS) {
        throw pngError(
          `The PNG holds more than the ${MAX_COMPRESSED_TEXTS} compressed texts that are read`,
        )
      }
      const entry = decodeTextChunk(chunk)
      left -= entry.text.length
      if (left >= 0) return entry
      throw pngError(
        `The PNG holds more than the ${MAX_ALL_TEXT_BYTES} bytes of text that are read`,
      )
    })
}

/**
 * A copy of the file with the entries added before its end, each as tEXt where it is Latin-1, else as iTXt.
 * Entries that are there stay; {@link removePngText} of the added keywords gives the file back byte for byte.
 * @throws ReverieError `file_unreadable` when the PNG is damaged or an entry cannot be written
 */
export function writePngText(png: Uint8Array, entries: readonly NewPngText[]): Uint8Array {
  const end = readPngChunks(png).at(-1)?.start ?? png.length
  return join([png.subarray(0, end), ...entries.map(encodeTextChunk), png.subarray(end)])
}

/**
 * A copy of the file without the texts of this keyword, all else byte for byte.
 * @throws ReverieError `file_unreadable` when the PNG is damaged
 */
export function removePngText(png: Uint8Array, keyword: string): Uint8Array {
  const parts: Uint8Array[] = []
  let kept = 0
  for (const chunk of readPngChunks(png)) {
    if (!isTextChunk(chunk) || keywordOf(chunk) !== keyword) continue
    parts.push(png.subarray(kept, chunk.start))
    kept = chunk.end
  }
  return join([...parts, png.subarray(kept)])
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
