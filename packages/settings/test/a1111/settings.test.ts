import {
  type ManifestCid,
  SAMPLERS,
  type Sampler,
  SCHEDULES,
  type Schedule,
  Sha256,
} from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSettings, parseSettings, type StatedJob } from '../../src/index.ts'

const hash = Sha256.parse('ab'.repeat(32))
const model = {
  name: 'pocket',
  files: [
    { path: 'text_encoder/model.onnx', size: 9_000, sha256: Sha256.parse('cd'.repeat(32)) },
    { path: 'unet/model.onnx', size: 10, sha256: Sha256.parse('ef'.repeat(32)) },
    { path: 'unet/model.onnx_data', size: 5_000, sha256: hash },
  ],
}
const lora = `bafyrei${'a'.repeat(52)}` as ManifestCid
const further = new Map([[lora, { name: 'inky', files: [] }]])
const job: StatedJob = {
  prompt: 'red apple',
  negativePrompt: '',
  width: 128,
  height: 96,
  steps: 20,
  sampler: 'dpmpp_2m',
  schedule: 'karras',
  cfgScale: 4,
  seed: '18446744073709551615',
  rng: 'torch-cpu',
}
const format = (change: Partial<StatedJob> = {}) =>
  formatSettings({ ...job, ...change }, { model, further }, 'reverie 0.1.0')

describe('settings as they are written', () => {
  it('are what AUTOMATIC1111 writes', () => {
    expect(format({ negativePrompt: 'blurry' })).toBe(
      'red apple\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 4, Seed: 18446744073709551615, Size: 128x96, Model hash: ababababab, Model: pocket, RNG: CPU, Version: reverie 0.1.0',
    )
  })

  it('have no negative line without a negative prompt', () => {
    expect(format().split('\n')).toHaveLength(2)
  })

  it('name no schedule for samplers that have timesteps of their own', () => {
    expect(format({ sampler: 'ddim' })).toContain('Sampler: DDIM, CFG scale')
  })

  it('state every technique in AUTOMATIC1111’s words, LoRAs by name in the prompt', () => {
    const text = format({
      rng: 'philox',
      clipSkip: 2,
      loras: [{ model: lora, weight: 0.8 }],
      variation: { seed: '7', strength: 0.25 },
      hires: { scale: 2, upscaler: 'latent', steps: 10, strength: 0.55 },
      control: [{ model: lora, image: hash, preprocessor: 'canny', weight: 1, start: 0, end: 0.5 }],
    })
    expect(text.split('\n')[0]).toBe('red apple <lora:inky:0.8>')
    expect(text).toContain(
      'Variation seed: 7, Variation seed strength: 0.25, Denoising strength: 0.55, Clip skip: 2',
    )
    expect(text).toContain('RNG: NV')
    expect(text).toContain(
      '"Module: canny, Model: inky, Weight: 1, Guidance Start: 0, Guidance End: 0.5"',
    )
    expect(text).toContain('Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent')
  })
})

const words = fc
  .array(fc.stringMatching(/^[\w (),:.<>"\\éリ🍎-]{1,30}$/u), { minLength: 1, maxLength: 4 })
  .map((lines) =>
    lines
      .map((line) => line.trim())
      .join('\n')
      .trim(),
  )
  .filter((text) => text !== '' && !/^\s*Negative prompt:/m.test(text))

it('come back as the settings they were made from', () => {
  const jobs = fc.record({
    prompt: words,
    negativePrompt: fc.oneof(fc.constant(''), words),
    width: fc.integer({ min: 32, max: 4096 }),
    height: fc.integer({ min: 32, max: 4096 }),
    steps: fc.integer({ min: 1, max: 500 }),
    sampler: fc.constantFrom(...(Object.keys(SAMPLERS) as Sampler[])),
    schedule: fc.constantFrom(...(Object.keys(SCHEDULES) as Schedule[])),
    cfgScale: fc.constantFrom(1, 4.5, 7, 100),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    rng: fc.constantFrom('torch-cpu' as const, 'philox' as const),
    clipSkip: fc.integer({ min: 1, max: 12 }),
    eta: fc.constantFrom(0, 0.5, 1),
    variation: fc.constantFrom(undefined, { seed: '3', strength: 0.1 }),
    hires: fc.constantFrom(undefined, {
      scale: 1.5,
      upscaler: 'latent' as const,
      steps: 7,
      strength: 0.4,
    }),
  })
  fc.assert(
    fc.property(jobs, (drawn) => {
      const read = parseSettings(formatSettings(drawn, { model }, 'reverie 0.1.0'))
      const { hires, variation, schedule, ...plain } = drawn
      expect(read?.settings).toMatchObject({ ...plain, model: 'pocket' })
      expect(read?.settings.variation).toEqual(variation)
      expect(read?.settings.hires).toEqual(hires)
      if (SAMPLERS[drawn.sampler].scheduled) expect(read?.settings.schedule).toBe(schedule)
    }),
  )
})

describe('settings of other programs', () => {
  it('are read as AUTOMATIC1111 1.10 writes them, the rest kept as written', () => {
    const read = parseSettings(
      `a cat, (masterpiece:1.2)\nsecond line <lora:add_detail:0.5>\nNegative prompt: low quality,\nworst\nSteps: 28, Sampler: DPM++ 2M SDE, Schedule type: Automatic, CFG scale: 6.5, Seed: 42, Size: 832x1216, Model hash: 31e35c80fc, Model: sd_xl_base_1.0, VAE hash: 63aeecb90f, VAE: sdxl_vae.safetensors, Clip skip: 2, Lora hashes: "add_detail: 7c6bad76eb54, x: 1", TI hashes: "easyneg: c74b4e810b03", Version: v1.10.1`,
    )
    expect(read).toMatchObject({
      source: 'a1111',
      settings: {
        prompt: 'a cat, (masterpiece:1.2)\nsecond line <lora:add_detail:0.5>',
        negativePrompt: 'low quality,\nworst',
        steps: 28,
        sampler: 'dpmpp_2m_sde',
        // What "Automatic" means for this sampler.
        schedule: 'exponential',
        cfgScale: 6.5,
        seed: '42',
        width: 832,
        height: 1216,
        clipSkip: 2,
        model: 'sd_xl_base_1.0',
      },
      others: {
        'Lora hashes': 'add_detail: 7c6bad76eb54, x: 1',
        'TI hashes': 'easyneg: c74b4e810b03',
        Version: 'v1.10.1',
      },
    })
  })

  it('are read as older versions wrote sampler and schedule, in one name', () => {
    const read = parseSettings(
      'x\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1, Size: 512x512',
    )
    expect(read?.settings).toMatchObject({ sampler: 'dpmpp_2m', schedule: 'karras' })
  })

  it('keep the second pass whole: scale, steps, strength and what enlarges', () => {
    const of = (upscaler: string) =>
      parseSettings(
        `x\nSteps: 20, Sampler: Euler, CFG scale: 7, Denoising strength: 0.4, Hires upscale: 2, Hires steps: 0, Hires upscaler: ${upscaler}`,
      )
    expect(of('Latent (bicubic antialiased)')).toMatchObject({
      settings: { hires: { scale: 2, strength: 0.4, upscaler: 'latent' } },
      others: {},
    })
    expect(of('R-ESRGAN 4x+')?.settings.hires?.upscaler).toBe('R-ESRGAN 4x+')
  })

  it('with an unknown sampler leave it open and say its name', () => {
    const read = parseSettings('x\nSteps: 20, Sampler: Restart, CFG scale: 7')
    expect(read?.settings.sampler).toBeUndefined()
    expect(read?.others).toEqual({ Sampler: 'Restart' })
  })

  it('are none where a prompt only looks like them', () => {
    expect(parseSettings('a prompt: with, colons: twice')).toBeUndefined()
    expect(parseSettings('')).toBeUndefined()
  })
})

it('never throws and never hangs, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      parseSettings(text)
      parseSettings(`x\n${text}Steps: 1, Sampler: Euler, Seed: ${text}`)
    }),
  )
  for (const part of ['a: "\\', 'a b ', '"', 'a:', ', ']) parseSettings(part.repeat(6_000))
})
