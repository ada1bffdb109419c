import { deflateSync } from 'node:zlib'
import { encodePngChunk, PNG_SIGNATURE } from '../../src/png/chunks.ts'

const header = (width: number, height: number): Uint8Array => {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  data.set([8, 2, 0, 0, 0], 8)
  return encodePngChunk('IHDR', data)
}

/** A valid RGB PNG whose pixels are `seed`, with `extra` chunks before its end. */
export function samplePng(seed = 0, width = 8, height = 8, extra: Uint8Array[] = []): Uint8Array {
  const rows = new Uint8Array(height * (1 + width * 3)).map((_, i) => (i * 31 + seed) & 255)
  for (let y = 0; y < height; y++) rows[y * (1 + width * 3)] = 0
  return Uint8Array.from(
    Buffer.concat([
      PNG_SIGNATURE,
      header(width, height),
      encodePngChunk('IDAT', deflateSync(rows)),
      ...extra,
      encodePngChunk('IEND', new Uint8Array()),
    ]),
  )
}
