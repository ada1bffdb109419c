import {
  isReverieError,
  JobSpec,
  MAX_PREVIEW_BYTES,
  NOTE_LIMITS,
  Sha256,
  WorkerProfile,
} from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeCanonical,
  inputFromCoordinator,
  inputFromWorker,
  jobFromCoordinator,
  jobFromWorker,
  MAX_RECEIPT_BYTES,
  MESSAGE_LIMITS,
  resultFromCoordinator,
  resultFromWorker,
  sessionFromCoordinator,
  sessionFromWorker,
} from '../../src/index.ts'
import { jobSpecs, profiles } from '../arbitraries.ts'

const SETS = [
  sessionFromWorker,
  sessionFromCoordinator,
  jobFromCoordinator,
  jobFromWorker,
  resultFromWorker,
  resultFromCoordinator,
  inputFromWorker,
  inputFromCoordinator,
]
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (isReverieError(error)) return error.code
    throw error
  }
  return 'none'
}
const [spec] = fc.sample(jobSpecs, 1) as [JobSpec]
const [profile] = fc.sample(profiles, 1) as [WorkerProfile]

describe('hostile messages', () => {
  it('never throws anything but a ReverieError on random bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(fc.constantFrom(...SETS), bytes, (set, noise) => {
        expect(['message_invalid', 'none']).toContain(codeOf(() => set.decode(noise)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws anything but a ReverieError on a message with bytes changed', () => {
    const honest = sessionFromWorker.encode({ type: 'hello', v: 1, profile })
    const flips = fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), { minLength: 1 })
    fc.assert(
      fc.property(flips, (changes) => {
        const bent = honest.slice()
        for (const [at, byte] of changes) bent[at] = byte
        expect(['message_invalid', 'none']).toContain(codeOf(() => sessionFromWorker.decode(bent)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('refuses arrays nested so deep that a naive parser runs out of stack', () => {
    const nested = new Uint8Array(50_000).fill(0x81)
    for (const set of SETS) {
      expect(['message_invalid', 'message_too_large']).toContain(codeOf(() => set.decode(nested)))
    }
  })

  it('drops keys that a newer peer adds', () => {
    const { device, numericClass } = profile
    const newer = {
      type: 'hello',
      v: 1,
      mood: 'good',
      profile: {
        ...profile,
        nickname: 'x',
        device: { ...device, fans: 3 },
        numericClass: { ...numericClass, driver: '1' },
      },
    }
    expect(sessionFromWorker.decode(encodeCanonical(newer))).toEqual({
      type: 'hello',
      v: 1,
      profile,
    })
  })

  it('refuses a spec with a key that its hash would not be known to cover', () => {
    const offer = { type: 'offer', v: 1, spec: { ...spec, lora: 'x' } }
    expect(codeOf(() => jobFromCoordinator.decode(encodeCanonical(offer)))).toBe('message_invalid')
  })

  it('takes nothing for a preview but a small JPEG', () => {
    const progress = { type: 'progress', step: 1, of: 2 }
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff)
    const codeFor = (preview: unknown) =>
      codeOf(() => jobFromWorker.decode(encodeCanonical({ ...progress, preview })))
    expect(codeFor(jpeg)).toBe('none')
    expect(codeFor(Uint8Array.of(0x3c, 0x73, 0x76, 0x67))).toBe('message_invalid')
    expect(codeFor('data:image/svg+xml,')).toBe('message_invalid')
    const long = new Uint8Array(MAX_PREVIEW_BYTES + 1)
    long.set(jpeg)
    expect(codeFor(long)).toBe('message_invalid')
  })

  it('tells a message of an unknown type by undefined, so that it can be skipped', () => {
    expect(jobFromWorker.decode(encodeCanonical({ type: 'poem', lines: 3 }))).toBeUndefined()
  })

  it('refuses a first message of another major version', () => {
    const hello = { type: 'hello', v: 2, profile }
    expect(codeOf(() => sessionFromWorker.decode(encodeCanonical(hello)))).toBe('message_invalid')
  })

  it('holds each type to its own limit, though a longer type exists in the set', () => {
    const heartbeat = { type: 'heartbeat', padding: 'x'.repeat(2_000) }
    expect(codeOf(() => sessionFromWorker.decode(encodeCanonical(heartbeat)))).toBe(
      'message_too_large',
    )
  })

  it('refuses longer input than any type may have before it parses it', () => {
    const bytes = new Uint8Array(sessionFromWorker.maxBytes + 1).fill(0xff)
    expect(codeOf(() => sessionFromWorker.decode(bytes))).toBe('message_too_large')
  })
})

describe('message limits', () => {
  const wide = '語'
  const image = Sha256.parse('0'.repeat(64))
  const longest = JobSpec.parse({
    ...spec,
    prompt: wide.repeat(8_000),
    negativePrompt: wide.repeat(8_000),
    init: { image, strength: 0.123456789 },
    inpaint: { mask: image },
    outpaint: { left: 1_000, top: 1_000, right: 1_000, bottom: 1_000 },
    hires: { upscaler: spec.model, steps: 500, strength: 0.123456789 },
    control: Array(3).fill({ model: spec.model, image, weight: 0.1, start: 0.1, end: 0.9 }),
    loras: Array(8).fill({ model: spec.model, weight: 0.123456789 }),
    embeddings: Array(8).fill({ model: spec.model }),
    refiner: { model: spec.model },
    restoreFaces: { model: spec.model },
    upscale: { model: spec.model },
    safety: { model: spec.model },
    variation: { seed: '18446744073709551615', strength: 0.123456789 },
    clipSkip: 12,
    eta: 0.123456789,
    cfgRescale: 0.123456789,
    promptSyntax: 'a1111',
    format: 'webp',
    quality: 100,
    metadata: false,
  })

  it('leave room for the longest prompts and notes in the script that takes most bytes, and every technique', () => {
    expect(jobFromCoordinator.encode({ type: 'offer', v: 1, spec: longest }).length).toBeLessThan(
      MESSAGE_LIMITS.job.offer,
    )
    const receipt = new Uint8Array(MAX_RECEIPT_BYTES)
    const notes = Array<string>(NOTE_LIMITS.notes).fill(wide.repeat(NOTE_LIMITS.chars))
    const result = { type: 'result', v: 1, spec: longest, receipt, imageBytes: 1, notes } as const
    expect(resultFromWorker.encode(result).length).toBeLessThan(MESSAGE_LIMITS.result.result)
  })

  it('leave room for the profile of a worker with as many models as it may have', () => {
    const models = Array.from({ length: 500 }, () => profile.models[0] ?? spec.model)
    const text = wide.repeat(120)
    const full = WorkerProfile.parse({
      ...profile,
      name: wide.repeat(40),
      software: wide.repeat(60),
      device: { ...profile.device, name: text },
      numericClass: {
        ...profile.numericClass,
        engine: text,
        runtime: text,
        provider: text,
        device: text,
      },
      models,
      warm: models.slice(0, 50),
    })
    const hello = sessionFromWorker.encode({ type: 'hello', v: 1, profile: full })
    expect(hello.length).toBeLessThan(MESSAGE_LIMITS.session.hello)
  })
})
