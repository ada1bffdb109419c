import { crc32 } from 'node:zlib'
import { readPngText } from '@reverie/trust/png'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodePng } from '../../src/images/encode-png.ts'
import { inspectPng } from '../../src/images/inspect-png.ts'

const WIDTH = 48
const HEIGHT = 32
const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 7) % 256)
const make = (text = 'Steps: 1') => encodePng({ rgb, width: WIDTH, height: HEIGHT }, text)
const limits = { maxPixels: WIDTH * HEIGHT }

describe('an encoded PNG', () => {
  it('decodes to the very pixels', async () => {
    const { data, info } = await sharp(await make())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([WIDTH, HEIGHT, 3])
    expect(new Uint8Array(data)).toEqual(rgb)
  })

  it('carries its settings, whatever the script they are written in', async () => {
    const text = 'リンゴ 🍎 café\nSteps: 1, Seed: 2'
    expect(readPngText(await make(text))).toEqual([
      expect.objectContaining({ keyword: 'parameters', text }),
    ])
  })

  it('is the same for the same input', async () => {
    expect(await make()).toEqual(await make())
  })
})

describe('inspecting', () => {
  it('returns the size of a good PNG', async () => {
    await expect(inspectPng(await make(), limits)).resolves.toEqual({
      width: WIDTH,
      height: HEIGHT,
    })
  })

  it.each([
    ['a JPEG', async () => new Uint8Array(await sharp(rgb, raw).jpeg().toBuffer())],
    ['nothing', async () => new Uint8Array()],
    ['a file cut off in its pixels', async () => cut(await make())],
    ['a file cut off at its end', async () => (await make()).subarray(0, -1)],
    ['bytes after the end', async () => Buffer.concat([await make(), Buffer.from('payload')])],
    ['a flipped bit in the pixels', async () => flip(await make(), 200)],
    ['a file whose pixels stop early', async () => withHalfThePixels(await make())],
    ['pixels that do not inflate', async () => withBrokenPixels(await make())],
  ])('refuses %s', async (_, bytes) => {
    await expect(inspectPng(await bytes(), limits)).rejects.toMatchObject({
      code: 'result_image_invalid',
    })
  })

  it('refuses more pixels or bytes than asked for, saying how many', async () => {
    const png = await make()
    await expect(inspectPng(png, { maxPixels: WIDTH * HEIGHT - 1 })).rejects.toMatchObject({
      code: 'result_image_invalid',
      message: expect.stringContaining(`${WIDTH} x ${HEIGHT}`),
    })
    await expect(inspectPng(png, { ...limits, maxBytes: png.length - 1 })).rejects.toMatchObject({
      message: expect.stringContaining(`${png.length} bytes`),
    })
  })
})

const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 3 as const } }

const flip = (png: Uint8Array, at: number): Uint8Array =>
  png.map((byte, i) => (i === at ? byte ^ 1 : byte))

const cut = (png: Uint8Array): Uint8Array => png.subarray(0, png.length >> 1)

/** Every chunk has a right CRC, but the compressed pixels are zeros. */
const withBrokenPixels = (png: Uint8Array) => withPixels(png, (data) => data.fill(0))

/** Every chunk has a right CRC, but the compressed pixels end before the last row. */
const withHalfThePixels = (png: Uint8Array) =>
  withPixels(png, (data) => data.subarray(0, data.length >> 1))

function withPixels(png: Uint8Array, change: (data: Buffer) => Buffer): Uint8Array {
  const file = Buffer.from(png)
  const start = file.indexOf('IDAT')
  const end = start + 4 + file.readUInt32BE(start - 4)
  const body = Buffer.concat([
    Buffer.from('IDAT'),
    change(Buffer.from(file.subarray(start + 4, end))),
  ])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(body.length - 4)
  frame.writeUInt32BE(crc32(body), 4)
  const parts = [file.subarray(0, start - 4), frame.subarray(0, 4), body, frame.subarray(4)]
  return new Uint8Array(Buffer.concat([...parts, file.subarray(end + 4)]))
}
