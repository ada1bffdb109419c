import {
  type ErrorObject,
  Fit,
  ImageFormat,
  JobId,
  JobSpec,
  LATENT_UPSCALERS,
  ManifestCid,
  NOTE_LIMITS,
  RENDER_LIMITS,
  Rng,
  Sampler,
  Schedule,
  Sha256,
  WorkerProfile,
} from '@reverie/core'
import fc from 'fast-check'
import { MAX_IMAGE_FRAME_BYTES, MAX_RECEIPT_BYTES, PEER_ERROR_LIMITS } from '../src/index.ts'

const { side, steps, cfgScale } = RENDER_LIMITS
const base32 = 'abcdefghijklmnopqrstuvwxyz234567'

const text = (maxLength: number, minLength = 0) =>
  fc.string({ unit: 'grapheme', maxLength: Math.floor(maxLength / 8), minLength })
const flag = <T>(value: T) => fc.constant(value)

const manifestCids = fc
  .string({ unit: fc.constantFrom(...base32), minLength: 52, maxLength: 52 })
  .map((tail) => ManifestCid.parse(`bafyrei${tail}`))

export const hashes = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  .map((hash) => Sha256.parse(hash))
const share = fc.double({ min: 0, max: 1, noNaN: true })
const strength = fc.double({ min: 0.01, max: 1, noNaN: true })
const margin = fc.integer({ min: 0, max: 1_024 })

/** Any techniques together, whether they make sense or not. */
const techniques = fc.record(
  {
    clipSkip: fc.integer({ min: 1, max: 12 }),
    eta: share,
    init: fc.record({ image: hashes, strength, fit: fc.constantFrom(...Fit.options) }),
    inpaint: fc.record({
      mask: hashes,
      invert: fc.boolean(),
      blur: fc.integer({ min: 0, max: 64 }),
    }),
    outpaint: fc.record({ left: margin, top: margin, right: margin, bottom: margin }),
    hires: fc.record({
      scale: fc.double({ min: 1, max: 4, noNaN: true }),
      upscaler: fc.oneof(fc.constantFrom(...LATENT_UPSCALERS), manifestCids),
      strength,
    }),
    control: fc.array(fc.record({ model: manifestCids, image: hashes, weight: share }), {
      maxLength: 3,
    }),
    loras: fc.array(fc.record({ model: manifestCids, weight: share }), { maxLength: 8 }),
    embeddings: fc.array(fc.record({ model: manifestCids }), { maxLength: 8 }),
    upscale: fc.record({ model: manifestCids, scale: fc.double({ min: 1, max: 8, noNaN: true }) }),
    format: fc.constantFrom(...ImageFormat.options),
    metadata: fc.boolean(),
  },
  { requiredKeys: [] },
)

export const jobSpecs: fc.Arbitrary<JobSpec> = fc
  .record({
    v: flag(1 as const),
    job: fc.uuid({ version: 7 }).map((id) => JobId.parse(id)),
    model: manifestCids,
    prompt: text(2_000),
    negativePrompt: text(2_000),
    width: fc.integer({ min: side.min, max: side.max }),
    height: fc.integer({ min: side.min, max: side.max }),
    steps: fc.integer({ min: steps.min, max: steps.max }),
    sampler: fc.constantFrom(...Sampler.options),
    schedule: fc.constantFrom(...Schedule.options),
    cfgScale: fc.double({ min: cfgScale.min, max: cfgScale.max, noNaN: true }),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    rng: fc.constantFrom(...Rng.options),
    nonce: fc.string({
      unit: fc.constantFrom(...'0123456789abcdef'),
      minLength: 32,
      maxLength: 32,
    }),
  })
  .chain((spec) => techniques.map((more) => JobSpec.parse({ ...spec, ...more })))

export const profiles: fc.Arbitrary<WorkerProfile> = fc
  .record({
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/),
    software: text(60),
    device: fc.record({
      kind: fc.constantFrom('cpu' as const, 'gpu' as const),
      name: text(120),
      memory: fc.maxSafeNat(),
    }),
    numericClass: fc.record({
      engine: text(120, 1),
      runtime: text(120, 1),
      provider: text(120, 1),
      device: text(120, 1),
      precision: fc.constantFrom(
        'fp32' as const,
        'fp16' as const,
        'bf16' as const,
        'int8' as const,
      ),
      optimization: fc.constantFrom('disabled' as const, 'basic' as const, 'all' as const),
    }),
    models: fc.array(manifestCids, { maxLength: 20 }),
    warm: fc.array(manifestCids, { maxLength: 5 }),
    slots: fc.integer({ min: 1, max: 64 }),
    maxPixels: fc.integer({ min: 1, max: 2 ** 31 }),
    draining: fc.boolean(),
  })
  .map((profile) => WorkerProfile.parse(profile))

export const errors: fc.Arbitrary<ErrorObject> = fc.record({
  code: fc.constantFrom('engine_failed' as const, 'peer_refused' as const, 'internal' as const),
  message: text(PEER_ERROR_LIMITS.messageChars),
  facts: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,20}$/),
    fc.oneof(text(200), fc.integer(), fc.boolean()),
    { maxKeys: PEER_ERROR_LIMITS.facts, noNullPrototype: true },
  ),
})

export const receipts = fc.uint8Array({ minLength: 1, maxLength: MAX_RECEIPT_BYTES })
export const imageSizes = fc.integer({ min: 1, max: MAX_IMAGE_FRAME_BYTES })

export const jobIds = fc.uuid({ version: 7 }).map((id) => JobId.parse(id))
export const notes = fc.array(text(NOTE_LIMITS.chars), { maxLength: NOTE_LIMITS.notes })
export const previews = fc
  .uint8Array({ maxLength: 64 })
  .map((tail) => Uint8Array.of(0xff, 0xd8, 0xff, ...tail))
