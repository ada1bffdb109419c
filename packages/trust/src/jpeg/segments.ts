import { fileError, requireReadableLength } from '../picture/picture-format.ts'

const MARKER = { soi: 0xd8, eoi: 0xd9, sos: 0xda, tem: 0x01 } as const
/** Length field of a segment counts itself. */
export const MAX_SEGMENT_DATA = 65_533
const MAX_SEGMENTS = 10_000

export interface JpegSegment {
  /** Second byte of the marker: 0xe1 for APP1. */
  readonly marker: number
  readonly data: Uint8Array
}

export interface JpegFile {
  /** Marker segments between SOI and the first scan. */
  readonly segments: readonly JpegSegment[]
  /** From the first SOS marker to the end of the file. */
  readonly scans: Uint8Array
}

export const isJpeg = (file: Uint8Array): boolean =>
  file[0] === 0xff && file[1] === MARKER.soi && file[2] === 0xff

/**
 * A JPEG (ITU T.81, annex B) split at its first scan; the whole file, ending with EOI and nothing after it.
 * @throws ReverieError `file_unreadable` when it is no JPEG, too large, truncated or damaged
 */
export function readJpeg(file: Uint8Array): JpegFile {
  requireReadableLength('JPEG', file)
  if (!isJpeg(file)) throw fileError('The file is not a JPEG: it does not begin with SOI')
  const segments: JpegSegment[] = []
  let at = 2
  for (;;) {
    if (at + 4 > file.length)
      throw fileError('The JPEG is truncated: it ends before its first scan')
    const marker = file[at + 1] ?? 0
    if (file[at] !== 0xff || marker === 0xff || marker === MARKER.tem || marker < 0xc0) {
      throw fileError(`The JPEG is damaged: no segment begins at byte ${at}`)
    }
    if (marker === MARKER.sos) break
    if (marker === MARKER.eoi) throw fileError('The JPEG has no picture: it ends before a scan')
    if (segments.length === MAX_SEGMENTS) {
      throw fileError(`The JPEG has more than ${MAX_SEGMENTS} segments; it is not read`)
    }
    const end = at + 2 + ((file[at + 2] ?? 0) << 8) + (file[at + 3] ?? 0)
    if (end > file.length || end < at + 4) {
      throw fileError(`The JPEG is truncated: its segment at byte ${at} is longer than the file`)
    }
    segments.push({ marker, data: file.subarray(at + 4, end) })
    at = end
  }
  const scans = file.subarray(at)
  const ends = scans.at(-2) === 0xff && scans.at(-1) === MARKER.eoi
  if (!ends) throw fileError('The JPEG is truncated: it does not end with EOI')
  return { segments, scans }
}

/** The inverse of {@link readJpeg}, but for fill bytes, which it does not accept. */
export function writeJpeg({ segments, scans }: JpegFile): Uint8Array {
  const length = segments.reduce((sum, { data }) => sum + 4 + data.length, 2 + scans.length)
  const file = new Uint8Array(length)
  file.set([0xff, MARKER.soi])
  let at = 2
  for (const { marker, data } of segments) {
    file.set([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff], at)
    file.set(data, at + 4)
    at += 4 + data.length
  }
  file.set(scans, at)
  return file
}
