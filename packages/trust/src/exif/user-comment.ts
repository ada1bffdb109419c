// EXIF (JEITA CP-3451) is a TIFF file: a byte order, then directories of 12-byte entries. Only the user comment matters
// here, which is where AUTOMATIC1111 keeps the settings of a JPEG or WebP.

const EXIF_DIRECTORY = 0x8769
const USER_COMMENT = 0x9286
const UNDEFINED = 7
const LONG = 4
const ENTRY_BYTES = 12
/** "UNICODE" and a NUL: what follows is UTF-16. */
const UNICODE = Uint8Array.of(0x55, 0x4e, 0x49, 0x43, 0x4f, 0x44, 0x45, 0)
const CODE_BYTES = UNICODE.length
/** Some writers put the JPEG segment's name in front of the TIFF header. */
const PREFIX = Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0)

/** Offsets of the block that {@link encodeUserComment} writes: header, two directories of one entry, the comment. */
const FIRST_DIRECTORY = 8
const SECOND_DIRECTORY = 26
const COMMENT = 44

/**
 * An EXIF block with this text as its user comment, UTF-16 in the block's own big-endian order, as piexif and so
 * AUTOMATIC1111 write it. Without the "Exif" prefix.
 */
export function encodeUserComment(text: string): Uint8Array {
  const length = CODE_BYTES + text.length * 2
  const block = new Uint8Array(COMMENT + length)
  const view = new DataView(block.buffer)
  view.setUint32(0, 0x4d4d_002a)
  view.setUint32(4, FIRST_DIRECTORY)
  writeDirectory(view, FIRST_DIRECTORY, [EXIF_DIRECTORY, LONG, 1, SECOND_DIRECTORY])
  writeDirectory(view, SECOND_DIRECTORY, [USER_COMMENT, UNDEFINED, length, COMMENT])
  block.set(UNICODE, COMMENT)
  for (let i = 0; i < text.length; i++) {
    view.setUint16(COMMENT + CODE_BYTES + i * 2, text.charCodeAt(i))
  }
  return block
}

function writeDirectory(
  view: DataView,
  at: number,
  [tag, type, count, value]: readonly [number, number, number, number],
): void {
  view.setUint16(at, 1)
  view.setUint16(at + 2, tag)
  view.setUint16(at + 4, type)
  view.setUint32(at + 6, count)
  view.setUint32(at + 10, value)
}

/** The user comment of an EXIF block, whoever wrote it; undefined when there is none or the block is damaged. */
export function decodeUserComment(block: Uint8Array): string | undefined {
  const tiff = startsWith(block, PREFIX) ? block.subarray(PREFIX.length) : block
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  try {
    const order = view.getUint32(0)
    if (order !== 0x4d4d_002a && order !== 0x4949_2a00) return undefined
    const little = order === 0x4949_2a00
    const directory = find(view, view.getUint32(4, little), EXIF_DIRECTORY, little)
    if (directory === undefined) return undefined
    const entry = find(view, view.getUint32(directory + 8, little), USER_COMMENT, little)
    if (entry === undefined) return undefined
    const count = view.getUint32(entry + 4, little)
    const at = count <= 4 ? entry + 8 : view.getUint32(entry + 8, little)
    if (at + count > tiff.length) return undefined
    return decodeComment(tiff.subarray(at, at + count), little)
  } catch (error) {
    // A read outside of the block: an offset in it is wrong.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Offset of the entry with this tag in the directory at `at`. */
function find(view: DataView, at: number, tag: number, little: boolean): number | undefined {
  const entries = view.getUint16(at, little)
  for (let i = 0; i < entries; i++) {
    const entry = at + 2 + i * ENTRY_BYTES
    if (view.getUint16(entry, little) === tag) return entry
  }
  return undefined
}

function decodeComment(comment: Uint8Array, little: boolean): string {
  const body = comment.subarray(CODE_BYTES)
  if (!startsWith(comment, UNICODE)) {
    const isCoded = /^(ASCII|JIS|\0)/.test(String.fromCharCode(...comment.subarray(0, 5)))
    return new TextDecoder().decode(isCoded ? body : comment).replace(/\0+$/, '')
  }
  const isLittle = utf16IsLittle(body, little)
  return new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(body).replace(/\0+$/, '')
}

/**
 * Writers disagree on the order of the comment's own UTF-16. Settings are mostly ASCII, whose high bytes are zero: the
 * side with more zeros has them; in a tie, the block's order.
 */
function utf16IsLittle(body: Uint8Array, blockIsLittle: boolean): boolean {
  let balance = 0
  for (let i = 0; i + 1 < body.length; i += 2) {
    if (body[i] === 0) balance--
    if (body[i + 1] === 0) balance++
  }
  return balance === 0 ? blockIsLittle : balance > 0
}

const startsWith = (bytes: Uint8Array, prefix: Uint8Array): boolean =>
  prefix.every((byte, i) => bytes[i] === byte)
