/** Bytes that {@link imageTypeOf} looks at. */
export const IMAGE_HEAD_BYTES = 12

const text = (bytes: Uint8Array, start: number, end: number) =>
  String.fromCharCode(...bytes.subarray(start, end))

const PNG = '\u0089PNG\r\n\u001a\n'
const JPEG = '\u00ff\u00d8\u00ff'

/** The media type by a file's first bytes; undefined for what is no image we serve. */
export function imageTypeOf(head: Uint8Array): string | undefined {
  if (text(head, 0, PNG.length) === PNG) return 'image/png'
  if (text(head, 0, JPEG.length) === JPEG) return 'image/jpeg'
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP') return 'image/webp'
  return undefined
}
