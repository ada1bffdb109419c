import { MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'

/** A receipt as it lies in a file. */
interface CarriedReceipt {
  readonly text: string
  /** All that the file spends on it, headers included: there is one way to write it. */
  readonly bytes: Uint8Array
}

/** One kind of picture file, and where in it our texts travel. Files are hostile: every method reads within bounds. */
export interface PictureFormat {
  readonly name: 'png' | 'webp' | 'jpeg'
  /** For sentences: "PNG". */
  readonly title: string
  /** By its first bytes. */
  matches(file: Uint8Array): boolean
  /** Width and height by the header, pixels. @throws ReverieError `file_unreadable` unless the file is whole */
  size(file: Uint8Array): { readonly width: number; readonly height: number }
  /** AUTOMATIC1111's settings text. @throws ReverieError `file_unreadable` */
  settings(file: Uint8Array): string | undefined
  /** A copy with this settings text. @throws ReverieError `file_unreadable` */
  withSettings(file: Uint8Array, text: string): Uint8Array
  /** A sound file has at most one. @throws ReverieError `file_unreadable` */
  receipts(file: Uint8Array): readonly CarriedReceipt[]
  /** A copy with this receipt's text. {@link withoutReceipt} gives the file back byte for byte. */
  withReceipt(file: Uint8Array, text: string): Uint8Array
  withoutReceipt(file: Uint8Array): Uint8Array
  /** A copy without any text, settings, receipt, camera or editor metadata; the pixels' bytes are untouched. */
  withoutMetadata(file: Uint8Array): Uint8Array
}

/** Text and receipt are added to an image that may already be as large as the network carries. */
const MAX_FILE_BYTES: number = MAX_IMAGE_BYTES + 4 * 1024 * 1024

/** @throws ReverieError `file_unreadable` */
export function requireReadableLength(title: string, file: Uint8Array): void {
  if (file.length <= MAX_FILE_BYTES) return
  throw fileError(`The ${title} has ${file.length} bytes; at most ${MAX_FILE_BYTES} are read`)
}

export const fileError = (message: string): ReverieError =>
  new ReverieError('file_unreadable', message)

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** UTF-8 or nothing. @throws ReverieError `file_unreadable` */
export function decodeUtf8(title: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fileError(`The receipt in the ${title} is not UTF-8`)
  }
}
