import { type InstalledModel, isReverieError, type ManifestCid } from '@reverie/core'
import { openModelFolder } from '@reverie/models'
import { tinyModelFolder } from '@reverie/tiny-models'
import { afterAll, describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/images/raster.ts'
import { createCompanions } from '../../src/post/companions.ts'
import { finishPicture } from '../../src/post/finish.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'

const backend = await createOnnxRuntimeBackend({ threads: 1 })
const open = (name: Parameters<typeof tinyModelFolder>[0]) => openModelFolder(tinyModelFolder(name))
const upscale = await open('upscaler-x4')
const faces = await open('face-restorer')
const safety = await open('safety-checker')
const checkpoint = await open('sd15')
const models = new Map<ManifestCid, InstalledModel>(
  [upscale, faces, safety, checkpoint].map((model) => [model.cid, model]),
)
const calls: string[] = []
const companions = createCompanions({ backend, onCall: ({ part }) => calls.push(part) }, models)
afterAll(() => companions.close())

/** A slope of grey with a grain, so that a seam would show. */
const picture = (width: number, height: number): RgbImage => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    return ((pixel % width) * 100) / width + (Math.floor(pixel / width) * 100) / height + (i % 7)
  }),
})
const plain = (width: number, height: number, value: number): RgbImage => ({
  width,
  height,
  rgb: new Uint8Array(width * height * 3).fill(value),
})

describe('an upscaler', async () => {
  const upscaler = await companions.upscaler(upscale.cid)

  it('knows its factor from the graph', () => {
    expect(upscaler.factor).toBe(4)
  })

  it('shows no seam where its tiles meet', async () => {
    const small = picture(60, 40)
    const wide = picture(300, 40)
    const [narrow, large] = [await upscaler.enlarge(small), await upscaler.enlarge(wide)]
    expect([narrow.width, narrow.height]).toEqual([240, 160])
    expect([large.width, large.height]).toEqual([1200, 160])
    // The graph sees one pixel around: away from a tile's rim every tile gives what the whole would.
    let most = 0
    for (let y = 0; y < 160; y++) {
      for (let x = 0; x < 1200; x++) {
        const at = (y * 1200 + x) * 3
        const source = ((y >> 2) * 300 + (x >> 2)) * 3
        most = Math.max(most, Math.abs((large.rgb[at] ?? 0) - (wide.rgb[source] ?? 0)))
      }
    }
    expect(most).toBeLessThan(20)
  })

  it('stops between two tiles', async () => {
    let tiles = 0
    const stop = async () => {
      if (++tiles === 2) throw new Error('enough')
    }
    await expect(upscaler.enlarge(picture(300, 300), stop)).rejects.toThrow('enough')
  })
})

describe('a face restorer', async () => {
  const restorer = await companions.faceRestorer(faces.cid)
  const dark = plain(128, 96, 20)
  for (let y = 40; y < 48; y++) {
    for (let x = 64; x < 72; x++) dark.rgb.fill(255, (y * 128 + x) * 3, (y * 128 + x) * 3 + 3)
  }

  it('changes the face it finds and nothing else', async () => {
    const { image, faces: found } = await restorer.restore(dark, 1)
    expect(found).toBe(1)
    const changed = [...image.rgb].flatMap((value, i) =>
      value === dark.rgb[i] ? [] : [Math.floor(i / 3)],
    )
    expect(changed.length).toBeGreaterThan(300)
    for (const pixel of changed) {
      expect(Math.abs((pixel % 128) - 68)).toBeLessThan(40)
      expect(Math.abs(Math.floor(pixel / 128) - 44)).toBeLessThan(40)
    }
  })

  it('leaves the picture as it is at strength 0, and where there is no face', async () => {
    expect((await restorer.restore(dark, 0)).image.rgb).toEqual(dark.rgb)
    const none = plain(64, 64, 10)
    expect(await restorer.restore(none, 1)).toEqual({ image: none, faces: 0 })
  })
})

describe('finishing a picture', () => {
  const job = { width: 64, height: 64 }
  const run = (drawn: RgbImage, techniques: object) =>
    finishPicture(drawn, { ...job, ...techniques }, companions, async () => {})

  it('does nothing unasked', async () => {
    const drawn = plain(64, 64, 9)
    expect(await run(drawn, {})).toEqual({ image: drawn, flagged: false, notes: [] })
  })

  it('delivers a flagged picture blank, at the finished size, and says so', async () => {
    const bright = await run(plain(64, 64, 255), {
      safety: { model: safety.cid },
      upscale: { model: upscale.cid, scale: 2 },
    })
    expect(bright).toMatchObject({ flagged: true, image: { width: 128, height: 128 } })
    expect(new Set(bright.image.rgb)).toEqual(new Set([128]))
    expect(bright.notes.join()).toContain('flagged')
    expect((await run(plain(64, 64, 0), { safety: { model: safety.cid } })).flagged).toBe(false)
  })

  it('resizes to the scale asked for where the model has another factor', async () => {
    const { image } = await run(picture(64, 64), { upscale: { model: upscale.cid, scale: 1.5 } })
    expect([image.width, image.height]).toEqual([96, 96])
  })

  it('says when no face was found', async () => {
    const { notes } = await run(plain(64, 64, 10), {
      restoreFaces: { model: faces.cid, strength: 1 },
    })
    expect(notes.join()).toContain('no face')
  })

  it('reports every call of a graph by its part', () => {
    expect(new Set(calls)).toEqual(
      new Set(['upscaler', 'face_detector', 'face_restorer', 'safety_checker']),
    )
  })

  it('refuses a model of another kind and one that was not given', async () => {
    await expect(companions.upscaler(checkpoint.cid)).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('checkpoint'),
    })
    const missing = `bafyrei${'a'.repeat(52)}` as ManifestCid
    const error = await companions.safetyChecker(missing).catch((reason: unknown) => reason)
    expect(isReverieError(error) && error.code).toBe('input_invalid')
  })
})
