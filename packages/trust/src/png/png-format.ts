import { joinBytes, type PictureFormat } from '../picture/picture-format.ts'
import { RECEIPT_KEYWORD } from '../receipt/keyword.ts'
import { isPng, PNG_SIGNATURE, readPngChunks } from './chunks.ts'
import { readPngSize } from './size.ts'
import { readPngText, removePngText, writePngText } from './text.ts'
import { decodeTextChunk, isTextChunk, keywordOf } from './text-chunk.ts'

/** Where AUTOMATIC1111 and the tools that read its images look for the settings. */
const SETTINGS_KEYWORD = 'parameters'

/** Chunks that decide how pixels look; the rest is about the picture. */
const PICTURE_CHUNKS = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT'.split(' '),
)

const textsOf = (file: Uint8Array, keyword: string): readonly string[] =>
  readPngText(file)
    .filter((entry) => entry.keyword === keyword)
    .map(({ text }) => text)

/** PNG: settings and receipt in text chunks. */
export const pngFormat: PictureFormat = {
  name: 'png',
  title: 'PNG',
  matches: isPng,
  size: readPngSize,
  settings: (file) => textsOf(file, SETTINGS_KEYWORD)[0],
  withSettings: (file, text) =>
    writePngText(removePngText(file, SETTINGS_KEYWORD), [{ keyword: SETTINGS_KEYWORD, text }]),
  receipts: (file) =>
    readPngChunks(file)
      .filter((chunk) => isTextChunk(chunk) && keywordOf(chunk) === RECEIPT_KEYWORD)
      .map((chunk) => ({
        text: decodeTextChunk(chunk).text,
        bytes: file.subarray(chunk.start, chunk.end),
      })),
  withReceipt: (file, text) =>
    writePngText(file, [{ keyword: RECEIPT_KEYWORD, text, international: true }]),
  withoutReceipt: (file) => removePngText(file, RECEIPT_KEYWORD),
  withoutMetadata: (file) =>
    joinBytes([
      PNG_SIGNATURE,
      ...readPngChunks(file)
        .filter(({ type }) => PICTURE_CHUNKS.has(type))
        .map(({ start, end }) => file.subarray(start, end)),
    ]),
}
