import { crc32 } from 'node:zlib'
import { type ImageFormat, MAX_INPUT_PIXELS } from '@reverie/core'
import { pictureFormatOf } from '@reverie/trust'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  decodeInput,
  decodeMask,
  encodeImage,
  encodePreview,
  inspectInput,
  inspectResult,
} from '../../src/images/index.ts'

const WIDTH = 48
const HEIGHT = 32
const rgb = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 7) % 256)
const picture = { rgb, width: WIDTH, height: HEIGHT }
const make = (settings = 'Steps: 1', format: ImageFormat = 'png') =>
  encodeImage(picture, { format, settings })
const FORMATS = ['png', 'webp', 'jpeg'] as const
const limits = { maxPixels: WIDTH * HEIGHT }

describe('an encoded PNG', () => {
  it('decodes to the very pixels', async () => {
    const { data, info } = await sharp(await make())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([WIDTH, HEIGHT, 3])
    expect(new Uint8Array(data)).toEqual(rgb)
  })

  it('is the same for the same input', async () => {
    expect(await make()).toEqual(await make())
  })
})

describe.each(FORMATS)('an encoded %s', (format) => {
  const settings = 'リンゴ 🍎 café, (red:1.2)\nSteps: 1, Seed: 2'

  it('carries its settings, whatever the script they are written in', async () => {
    const file = await make(settings, format)
    expect(pictureFormatOf(file).name).toBe(format)
    expect(pictureFormatOf(file).settings(file)).toBe(settings)
    await expect(inspectResult(file, limits)).resolves.toMatchObject({ format })
  })

  it('carries no text when it is to have none', async () => {
    const file = await encodeImage(picture, { format })
    expect(pictureFormatOf(file).settings(file)).toBeUndefined()
    expect(pictureFormatOf(file).withoutMetadata(file)).toEqual(file)
  })

  it('still decodes with a receipt in it, in every decoder that knows the format', async () => {
    const file = await make(settings, format)
    const carrying = pictureFormatOf(file).withReceipt(file, 'r'.repeat(70_000))
    const bare = pictureFormatOf(carrying).withoutMetadata(carrying)
    const pixels = await sharp(file).raw().toBuffer()
    expect(await sharp(carrying).raw().toBuffer()).toEqual(pixels)
    expect(await sharp(bare).raw().toBuffer()).toEqual(pixels)
  })

  it('is near the pixels it was made of', async () => {
    const smooth = Uint8Array.from(
      { length: rgb.length },
      (_, i) => 60 + Math.floor(i / 3 / WIDTH) * 4,
    )
    const file = await encodeImage({ ...picture, rgb: smooth }, { format, quality: 95 })
    const back = await decodeInput(file, { field: 'init.image' })
    const errors = back.rgb.map((value, i) => Math.abs(value - (smooth[i] ?? 0)))
    expect(Math.max(...errors)).toBeLessThanOrEqual(format === 'png' ? 0 : 6)
  })
})

describe('an input picture', () => {
  const field = { field: 'init.image' }

  it('is turned as its camera held it', async () => {
    const file = await sharp(rgb, raw)
      .withExif({ IFD0: {} })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    await expect(inspectInput(file, field)).resolves.toEqual({ width: HEIGHT, height: WIDTH })
    await expect(decodeInput(file, field)).resolves.toMatchObject({ width: HEIGHT, height: WIDTH })
  })

  it('stands on white where it is transparent; a mask is black there', async () => {
    const clear = { create: { width: 2, height: 2, channels: 4 as const, background: '#0000' } }
    const file = await sharp(clear).png().toBuffer()
    expect((await decodeInput(file, field)).rgb).toEqual(new Uint8Array(12).fill(255))
    expect((await decodeMask(file, field)).grey).toEqual(new Uint8Array(4))
  })

  it('is read from grey, 16-bit and CMYK files too', async () => {
    const grey = await sharp(rgb, raw).greyscale().toColourspace('b-w').png().toBuffer()
    const deep = await sharp(rgb, raw).toColourspace('rgb16').png().toBuffer()
    const cmyk = await sharp(rgb, raw).toColourspace('cmyk').jpeg().toBuffer()
    for (const file of [grey, deep, cmyk]) {
      expect((await decodeInput(file, field)).rgb).toHaveLength(rgb.length)
    }
    expect((await decodeInput(deep, field)).rgb).toEqual(rgb)
    expect((await decodeMask(grey, field)).grey).toHaveLength(WIDTH * HEIGHT)
  })

  it('that unpacks to a bomb is refused by its header, in no time and memory', async () => {
    const side = 16_000
    const black = { width: side, height: side, channels: 3 as const, background: 'black' }
    const bomb = await sharp({ create: black, limitInputPixels: false }).png().toBuffer()
    expect(bomb.length).toBeLessThan(4_000_000)
    const before = process.memoryUsage().rss
    await expect(decodeInput(bomb, field)).rejects.toMatchObject({
      code: 'input_invalid',
      message: expect.stringContaining('16000 x 16000'),
      facts: { field: 'init.image', accepted: `at most ${MAX_INPUT_PIXELS} pixels` },
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })

  it.each([
    ['a GIF', () => sharp(rgb, raw).gif().toBuffer()],
    ['nothing', async () => new Uint8Array()],
    ['an SVG', async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['half a JPEG', async () => cut(await make('', 'jpeg'))],
    ['half a PNG', async () => cut(await make())],
    ['half a WebP', async () => cut(await make('', 'webp'))],
  ])('that is %s is refused, naming the field', async (_, bytes) => {
    await expect(decodeInput(await bytes(), field)).rejects.toMatchObject({
      code: 'input_invalid',
      message: expect.not.stringContaining('\n'),
      facts: { field: 'init.image' },
    })
  })
})

it('makes previews of at most 256 pixels a side and few bytes', async () => {
  const large = {
    rgb: new Uint8Array(1024 * 512 * 3).map((_, i) => i % 251),
    width: 1024,
    height: 512,
  }
  const preview = await encodePreview(large)
  expect(preview.length).toBeLessThan(24 * 1024)
  await expect(inspectInput(preview, { field: 'x' })).resolves.toEqual({ width: 256, height: 128 })
  await expect(inspectInput(await encodePreview(picture), { field: 'x' })).resolves.toEqual({
    width: WIDTH,
    height: HEIGHT,
  })
})

describe('inspecting', () => {
  it('returns the size of a good PNG', async () => {
    await expect(inspectResult(await make(), limits)).resolves.toEqual({
      format: 'png',
      width: WIDTH,
      height: HEIGHT,
    })
  })

  it.each([
    ['a GIF', async () => new Uint8Array(await sharp(rgb, raw).gif().toBuffer())],
    ['nothing', async () => new Uint8Array()],
    ['a file cut off in its pixels', async () => cut(await make())],
    ['a file cut off at its end', async () => (await make()).subarray(0, -1)],
    ['bytes after the end', async () => Buffer.concat([await make(), Buffer.from('payload')])],
    ['a flipped bit in the pixels', async () => flip(await make(), 200)],
    ['a file whose pixels stop early', async () => withHalfThePixels(await make())],
    ['pixels that do not inflate', async () => withBrokenPixels(await make())],
  ])('refuses %s', async (_, bytes) => {
    await expect(inspectResult(await bytes(), limits)).rejects.toMatchObject({
      code: 'result_image_invalid',
    })
  })

  it('refuses more pixels or bytes than asked for, saying how many', async () => {
    const png = await make()
    await expect(inspectResult(png, { maxPixels: WIDTH * HEIGHT - 1 })).rejects.toMatchObject({
      code: 'result_image_invalid',
      message: expect.stringContaining(`${WIDTH} x ${HEIGHT}`),
    })
    await expect(inspectResult(png, { ...limits, maxBytes: png.length - 1 })).rejects.toMatchObject(
      {
        message: expect.stringContaining(`${png.length} bytes`),
      },
    )
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
