import { readPngChunks } from './chunks.ts'
import { pngError } from './error.ts'

const IHDR_BYTES = 13

/**
 * Width and height in pixels, from the header.
 * @throws ReverieError `file_unreadable` when the PNG is damaged or its header is not one
 */
export function readPngSize(png: Uint8Array): { readonly width: number; readonly height: number } {
  const data = readPngChunks(png)[0]?.data
  if (data?.length !== IHDR_BYTES) {
    throw pngError(`The PNG's header has ${data?.length} bytes; it must have ${IHDR_BYTES}`)
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return { width: view.getUint32(0), height: view.getUint32(4) }
}
