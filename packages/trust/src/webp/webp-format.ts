import { decodeUserComment, encodeUserComment } from '../exif/user-comment.ts'
import { decodeUtf8, type PictureFormat } from '../picture/picture-format.ts'
import { isWebp, readWebpChunks, type WebpChunk, writeWebpChunks } from './chunks.ts'
import { extended, VP8X_FLAG, webpSize } from './extended.ts'

/** Our chunk: readers of WebP skip those they do not know. */
const RECEIPT_CHUNK = 'RVRC'
/** What the picture itself is made of; all else is about it. */
const PICTURE_CHUNKS = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])

const without = (chunks: readonly WebpChunk[], types: readonly string[]): readonly WebpChunk[] =>
  chunks.filter(({ type }) => !types.includes(type))

/** WebP: settings in EXIF, the receipt in a chunk of its own at the end. */
export const webpFormat: PictureFormat = {
  name: 'webp',
  title: 'WebP',
  matches: isWebp,
  size: (file) => webpSize(readWebpChunks(file)),
  settings(file) {
    const exif = readWebpChunks(file).find(({ type }) => type === 'EXIF')
    return exif && decodeUserComment(exif.data)
  },
  withSettings(file, text) {
    const chunks = without(readWebpChunks(file), ['EXIF'])
    const exif = { type: 'EXIF', data: encodeUserComment(text) }
    return writeWebpChunks([...extended(chunks, { set: VP8X_FLAG.exif }), exif])
  },
  receipts: (file) =>
    readWebpChunks(file)
      .filter(({ type }) => type === RECEIPT_CHUNK)
      .map(({ data }) => ({ text: decodeUtf8('WebP', data), bytes: data })),
  withReceipt(file, text) {
    const data = new TextEncoder().encode(text)
    return writeWebpChunks([...readWebpChunks(file), { type: RECEIPT_CHUNK, data }])
  },
  withoutReceipt: (file) => writeWebpChunks(without(readWebpChunks(file), [RECEIPT_CHUNK])),
  withoutMetadata(file) {
    const chunks = readWebpChunks(file).filter(({ type }) => PICTURE_CHUNKS.has(type))
    const isExtended = chunks[0]?.type === 'VP8X'
    const clear = VP8X_FLAG.exif | VP8X_FLAG.xmp
    return writeWebpChunks(isExtended ? extended(chunks, { clear }) : chunks)
  },
}
