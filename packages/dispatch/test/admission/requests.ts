import type { InputRecord, ModelManifest, RenderRequest, Sha256 } from '@reverie/core'
import { buildManifestCid, buildModelManifest, buildSha256 } from '@reverie/testkit'
import { admit, type CatalogueModel } from '../../src/index.ts'

const offer = (number: number, changes: Partial<ModelManifest>): CatalogueModel => ({
  cid: buildManifestCid(number),
  manifest: buildModelManifest(changes),
})
const range = { size: { min: 96, max: 256, step: 32 }, steps: { min: 1, max: 150 } }
export const plain: CatalogueModel = offer(1, { name: 'plain', ...range })
const rich: CatalogueModel = offer(2, {
  name: 'rich',
  features: ['init', 'inpaint', 'control', 'lora', 'embedding'],
  ...range,
})
export const offered: readonly CatalogueModel[] = [
  plain,
  rich,
  offer(3, { name: 'ink', kind: 'lora' }),
  offer(4, { name: 'big-ink', kind: 'lora', family: 'sdxl' }),
  offer(5, { name: 'edges', kind: 'controlnet' }),
  offer(6, { name: 'times4', kind: 'upscaler', family: 'sd2' }),
  offer(7, { name: 'faces', kind: 'face_restorer' }),
  offer(8, { name: 'style', kind: 'embedding' }),
  offer(9, { name: 'guard', kind: 'safety_checker' }),
  offer(10, { name: 'big', family: 'sdxl', features: ['init'], ...range }),
  offer(11, { name: 'refine', family: 'sdxl_refiner', ...range }),
]
export const cidOf = (name: string) => offered.find(({ manifest }) => manifest.name === name)?.cid

const picture = (of: string, width: number, height: number): InputRecord => ({
  hash: buildSha256(of),
  bytes: 100,
  width,
  height,
})
const photo = picture('photo', 128, 96)
const mask = picture('mask', 128, 96)
export const smallMask = picture('small mask', 64, 48)
const sent = new Map<Sha256, InputRecord>(
  [photo, mask, smallMask].map((input) => [input.hash, input]),
)

export const request: RenderRequest = { prompt: 'red apple', negativePrompt: '', n: 1 }
export const admitted = (changes: Partial<RenderRequest>, model = rich) =>
  admit({ ...request, ...changes }, { model, offered, sent })
export const init = { image: photo.hash, strength: 0.5, fit: 'crop' } as const
export const inpaint = {
  mask: mask.hash,
  invert: false,
  blur: 4,
  fill: 'original',
  area: 'whole',
  padding: 32,
} as const
export const margins = { left: 0, top: 0, right: 0, bottom: 0 }
export const hires = { scale: 2, upscaler: 'latent', strength: 0.6 } as const
export const control = {
  image: photo.hash,
  preprocessor: 'none',
  weight: 1,
  start: 0,
  end: 1,
} as const
