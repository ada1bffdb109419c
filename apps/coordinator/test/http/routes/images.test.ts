import { buildSha256 } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { createHttpRig } from '../http-rig.ts'

const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const SIZE = 100
const png = Uint8Array.from({ length: SIZE }, (_, i) => PNG_HEAD[i] ?? i)

async function stored(bytes: Uint8Array = png) {
  const rig = await createHttpRig()
  const hash = await rig.blobs.put(bytes)
  const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    rig.app.inject({ method, url: `/v1/images/${hash}`, headers })
  return { hash, get }
}

describe('GET /v1/images/:hash', () => {
  it('gives the whole file to anybody, for ever', async () => {
    const { hash, get } = await stored()
    const answer = await get()
    expect(answer.statusCode).toBe(200)
    expect(new Uint8Array(answer.rawPayload)).toEqual(png)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(SIZE),
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${hash}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    })
  })

  it('answers HEAD with the same headers and no bytes', async () => {
    const { get } = await stored()
    const answer = await get({}, 'HEAD')
    expect(answer.rawPayload).toHaveLength(0)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(SIZE),
    })
  })

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=90-', 90, SIZE],
    ['bytes=-5', 95, SIZE],
    ['bytes=50-1000', 50, SIZE],
    ['bytes=-1000', 0, SIZE],
  ])('gives the range %s', async (range, start, end) => {
    const { get } = await stored()
    const answer = await get({ range })
    expect(answer.statusCode).toBe(206)
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${SIZE}`)
    expect(new Uint8Array(answer.rawPayload)).toEqual(png.slice(start, end))
  })

  it.each(['bytes=100-', 'bytes=200-300', 'bytes=-0'])(
    'refuses the range %s and says how long the image is',
    async (range) => {
      const { get } = await stored()
      const answer = await get({ range })
      expect(answer.statusCode).toBe(416)
      expect(answer.headers['content-range']).toBe(`bytes */${SIZE}`)
      expect(answer.json().error).toMatchObject({
        code: 'range_not_satisfiable',
        accepted: 'bytes=0-99',
      })
    },
  )

  it.each(['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=', 'nonsense'])(
    'ignores the range %s, as the standard asks',
    async (range) => {
      const { get } = await stored()
      expect((await get({ range })).statusCode).toBe(200)
    },
  )

  it('ignores a range that was meant for another file', async () => {
    const { hash, get } = await stored()
    const range = 'bytes=0-9'
    expect((await get({ range, 'if-range': '"other"' })).statusCode).toBe(200)
    expect((await get({ range, 'if-range': `"${hash}"` })).statusCode).toBe(206)
  })

  it('says that a cache is up to date', async () => {
    const { hash, get } = await stored()
    for (const known of [`"${hash}"`, `W/"${hash}"`, `"other", "${hash}"`, '*']) {
      const answer = await get({ 'if-none-match': known })
      expect(answer.statusCode).toBe(304)
      expect(answer.rawPayload).toHaveLength(0)
    }
    expect((await get({ 'if-none-match': '"other"' })).statusCode).toBe(200)
  })

  it.each([
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
    ['image/webp', [...Buffer.from('RIFF....WEBPVP8 ')]],
  ])('knows %s by its first bytes', async (type, head) => {
    const { get } = await stored(Uint8Array.from(head))
    expect((await get()).headers['content-type']).toBe(type)
  })

  it('gives no blob that is not an image, and nothing for an unknown hash', async () => {
    const { get } = await stored(new TextEncoder().encode('<script>alert(1)</script>'))
    const rig = await createHttpRig()
    const unknown = await rig.app.inject({ url: `/v1/images/${buildSha256('nothing')}` })
    for (const answer of [await get(), unknown]) {
      expect(answer.statusCode).toBe(404)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json().error.code).toBe('image_not_found')
    }
  })
})
