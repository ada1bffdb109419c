import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)

export interface PlainPngOptions {
  readonly width: number
  readonly height: number
  /** Interleaved, 3 bytes a pixel. */
  readonly rgb: Uint8Array
  /** tEXt chunks, Latin-1. */
  readonly texts?: readonly { readonly keyword: string; readonly text: string }[]
}

/** A valid 8-bit RGB PNG from nothing but zlib, for tests that need real image files. */
export function encodePlainPng({ width, height, rgb, texts = [] }: PlainPngOptions): Uint8Array {
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, width)
  header.setUint32(4, height)
  // 8 bits a channel, RGB; compression, filter and interlace are PNG's defaults, 0.
  header.setUint8(8, 8)
  header.setUint8(9, 2)
  const stride = width * 3
  // One byte more a row: its filter, 0 for none.
  const rows = new Uint8Array((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    rows.set(rgb.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  }
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      chunk('IHDR', new Uint8Array(header.buffer)),
      chunk('IDAT', deflateSync(rows)),
      ...texts.map(({ keyword, text }) =>
        chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1')),
      ),
      chunk('IEND', new Uint8Array(0)),
    ]),
  )
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = new DataView(new ArrayBuffer(8))
  frame.setUint32(0, data.length)
  frame.setUint32(4, crc32(body))
  const bytes = new Uint8Array(frame.buffer)
  return Buffer.concat([bytes.subarray(0, 4), body, bytes.subarray(4)])
}
