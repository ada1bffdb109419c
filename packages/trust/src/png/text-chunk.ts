import { encodePngChunk, type PngChunk } from './chunks.ts'
import { pngError } from './error.ts'
import { inflateZlib } from './inflate.ts'

export interface PngText {
  /** 1 to 79 Latin-1 characters. */
  readonly keyword: string
  readonly text: string
}

export interface NewPngText extends PngText {
  /** Writes iTXt even where tEXt would do. */
  readonly international?: boolean
}

/** Bytes of one text after decompression: a receipt with its request has under 100 KiB, a ComfyUI workflow a few hundred. */
export const MAX_TEXT_BYTES: number = 1024 * 1024

const MAX_KEYWORD_BYTES = 79
const TEXT_CHUNKS = new Set(['tEXt', 'zTXt', 'iTXt'])

export const isTextChunk = (chunk: PngChunk): boolean => TEXT_CHUNKS.has(chunk.type)

/** True of zTXt and of iTXt whose compression flag is not 0. @throws ReverieError `file_unreadable` */
export const isCompressed = (chunk: PngChunk): boolean =>
  chunk.type === 'zTXt' || (chunk.type === 'iTXt' && chunk.data[keywordOf(chunk).length + 1] !== 0)

/** The keyword of a text chunk. @throws ReverieError `file_unreadable` */
export function keywordOf(chunk: PngChunk): string {
  const end = chunk.data.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0)
  if (end < 1) throw malformed(chunk, 'has no keyword of 1 to 79 characters')
  return latin1(chunk.data.subarray(0, end))
}

/** Keyword and text of a tEXt, zTXt or iTXt chunk. @throws ReverieError `file_unreadable` */
export function decodeTextChunk(chunk: PngChunk): PngText {
  const keyword = keywordOf(chunk)
  const rest = chunk.data.subarray(keyword.length + 1)
  if (chunk.type === 'tEXt') return { keyword, text: latin1(bounded(chunk, rest)) }
  if (chunk.type === 'zTXt') {
    if (rest[0] !== 0) throw malformed(chunk, 'uses an unknown compression')
    return { keyword, text: latin1(inflateZlib(rest.subarray(1), MAX_TEXT_BYTES)) }
  }
  return { keyword, text: utf8(chunk, internationalText(chunk, rest)) }
}

/** iTXt after the keyword: compression flag, method, language tag NUL, translated keyword NUL, text. */
function internationalText(chunk: PngChunk, rest: Uint8Array): Uint8Array {
  const [flag, method] = rest
  const language = rest.indexOf(0, 2)
  const translated = language < 0 ? -1 : rest.indexOf(0, language + 1)
  if (translated < 0) throw malformed(chunk, 'ends before its text')
  const bytes = rest.subarray(translated + 1)
  if (flag === 0) return bounded(chunk, bytes)
  if (flag !== 1 || method !== 0) throw malformed(chunk, 'uses an unknown compression')
  return inflateZlib(bytes, MAX_TEXT_BYTES)
}

/**
 * tEXt where every character is printable Latin-1 or a line feed, else iTXt, uncompressed.
 * Lone surrogates become U+FFFD, because UTF-8 has no form for them.
 * @throws ReverieError `file_unreadable` when keyword or text cannot be written
 */
export function encodeTextChunk({ keyword, text, international }: NewPngText): Uint8Array {
  if (!isKeyword(keyword)) {
    throw pngError(
      `"${keyword}" cannot be a PNG keyword: it takes 1 to 79 printable Latin-1 characters without leading, trailing or doubled spaces`,
    )
  }
  if (text.includes('\0')) throw pngError(`The PNG text "${keyword}" holds a NUL character`)
  const isLatin1 = !international && /^[\n\x20-\x7e\xa0-\xff]*$/.test(text)
  const prefix = [...Uint8Array.from(keyword, (c) => c.charCodeAt(0)), 0]
  const head = Uint8Array.from(isLatin1 ? prefix : [...prefix, 0, 0, 0, 0])
  const body = isLatin1
    ? Uint8Array.from(text, (c) => c.charCodeAt(0))
    : new TextEncoder().encode(text)
  if (body.length > MAX_TEXT_BYTES) {
    throw pngError(
      `The PNG text "${keyword}" has ${body.length} bytes; at most ${MAX_TEXT_BYTES} fit`,
    )
  }
  const data = new Uint8Array(head.length + body.length)
  data.set(head)
  data.set(body, head.length)
  return encodePngChunk(isLatin1 ? 'tEXt' : 'iTXt', data)
}

const isKeyword = (keyword: string): boolean =>
  keyword.length <= MAX_KEYWORD_BYTES &&
  /^[\x21-\x7e\xa1-\xff]+( [\x21-\x7e\xa1-\xff]+)*$/.test(keyword)

function bounded(chunk: PngChunk, bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_TEXT_BYTES) return bytes
  throw malformed(chunk, `holds ${bytes.length} bytes of text; at most ${MAX_TEXT_BYTES} are read`)
}

/** Not TextDecoder: its "latin1" is windows-1252, which moves 0x80 to 0x9f. */
function latin1(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 8_192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)))
  }
  return parts.join('')
}

function utf8(chunk: PngChunk, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed(chunk, 'is not UTF-8')
  }
}

const malformed = (chunk: PngChunk, what: string) =>
  pngError(`The PNG is damaged: chunk ${chunk.type} at byte ${chunk.start} ${what}`, {
    at: chunk.start,
    chunk: chunk.type,
  })
