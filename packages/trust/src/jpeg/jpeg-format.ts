import { decodeUserComment, encodeUserComment } from '../exif/user-comment.ts'
import {
  ascii,
  decodeUtf8,
  fileError,
  joinBytes,
  type PictureFormat,
} from '../picture/picture-format.ts'
import { isJpeg, type JpegSegment, MAX_SEGMENT_DATA, readJpeg, writeJpeg } from './segments.ts'

const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
/** APP10 is no one's by custom; the name in front says whose this one is. */
const APP10 = 0xea
const COM = 0xfe
const EXIF_NAME = 'Exif\0\0'
const RECEIPT_NAME = 'REVERIE\0'
const ICC_NAME = 'ICC_PROFILE\0'

const named = (segment: JpegSegment, marker: number, name: string): boolean =>
  segment.marker === marker && ascii(segment.data.subarray(0, name.length)) === name

const isReceipt = (segment: JpegSegment): boolean => named(segment, APP10, RECEIPT_NAME)

/** Metadata; the rest, with JFIF, Adobe's transform flag and the colour profile, decides the pixels. */
const isMetadata = (segment: JpegSegment): boolean => {
  const { marker } = segment
  const isApp = marker >= APP0 && marker <= 0xef
  if (marker === COM) return true
  return isApp && marker !== APP0 && marker !== APP14 && !named(segment, APP2, ICC_NAME)
}

/** After JFIF's APP0, before the rest, as EXIF asks. */
function insert(segments: readonly JpegSegment[], added: readonly JpegSegment[]) {
  const at = segments.findIndex(({ marker }) => marker !== APP0)
  const head = at < 0 ? segments : segments.slice(0, at)
  return [...head, ...added, ...segments.slice(head.length)]
}

const segment = (marker: number, name: string, body: Uint8Array): JpegSegment => ({
  marker,
  data: joinBytes([new TextEncoder().encode(name), body]),
})

/** JPEG: settings in EXIF (APP1), the receipt in APP10, in as many segments as it needs. */
export const jpegFormat: PictureFormat = {
  name: 'jpeg',
  title: 'JPEG',
  matches: isJpeg,
  size: (file) => frameSize(readJpeg(file).segments),
  settings(file) {
    const exif = readJpeg(file).segments.find((each) => named(each, APP1, EXIF_NAME))
    return exif && decodeUserComment(exif.data)
  },
  withSettings(file, text) {
    const { segments, scans } = readJpeg(file)
    const exif = segment(APP1, EXIF_NAME, encodeUserComment(text))
    if (exif.data.length > MAX_SEGMENT_DATA) {
      throw fileError(`Settings of ${text.length} characters do not fit a JPEG; leave them out`)
    }
    const kept = segments.filter((each) => !named(each, APP1, EXIF_NAME))
    return writeJpeg({ segments: insert(kept, [exif]), scans })
  },
  receipts(file) {
    const parts = readJpeg(file).segments.filter(isReceipt)
    if (parts.length === 0) return []
    const body = joinBytes(parts.map(({ data }) => data.subarray(RECEIPT_NAME.length)))
    const bytes = joinBytes(parts.map(({ data }) => data))
    return [{ text: decodeUtf8('JPEG', body), bytes }]
  },
  withReceipt(file, text) {
    const { segments, scans } = readJpeg(file)
    const bytes = new TextEncoder().encode(text)
    const room = MAX_SEGMENT_DATA - RECEIPT_NAME.length
    const parts = Array.from({ length: Math.ceil(bytes.length / room) }, (_, i) =>
      segment(APP10, RECEIPT_NAME, bytes.subarray(i * room, (i + 1) * room)),
    )
    return writeJpeg({ segments: insert(segments, parts), scans })
  },
  withoutReceipt(file) {
    const { segments, scans } = readJpeg(file)
    return writeJpeg({ segments: segments.filter((each) => !isReceipt(each)), scans })
  },
  withoutMetadata(file) {
    const { segments, scans } = readJpeg(file)
    return writeJpeg({ segments: segments.filter((each) => !isMetadata(each)), scans })
  },
}

/** From the frame header: SOF0 to SOF15 without the tables that share its range. @throws ReverieError `file_unreadable` */
function frameSize(segments: readonly JpegSegment[]) {
  const isFrame = ({ marker }: JpegSegment) =>
    marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
  const data = segments.find(isFrame)?.data
  if (data === undefined || data.length < 6) throw fileError('The JPEG has no frame header')
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return { width: view.getUint16(3), height: view.getUint16(1) }
}
