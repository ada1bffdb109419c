import { buildManifestCid, buildModelManifest } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { admit } from '../src/index.ts'

const manifest = buildModelManifest({
  size: { min: 96, max: 256, step: 32 },
  steps: { min: 1, max: 150 },
})
const model = { cid: buildManifestCid(), manifest }
const request = { prompt: 'red apple', negativePrompt: '', n: 1 }

describe('admission', () => {
  it('fills in what the request left open from the manifest, and draws a seed', () => {
    const { seed, ...rest } = admit(request, model)
    expect(rest).toEqual({ ...request, ...manifest.defaults, model: model.cid })
    expect(seed).toMatch(/^\d+$/)
  })

  it('keeps what the request says', () => {
    const choices = {
      width: 160,
      height: 96,
      steps: 7,
      cfgScale: 2.5,
      seed: '18446744073709551615',
    }
    expect(admit({ ...request, ...choices }, model)).toMatchObject(choices)
  })

  it.each([
    ['width', 100, '96 to 256 in steps of 32'],
    ['height', 288, '96 to 256 in steps of 32'],
    ['width', 64, '96 to 256 in steps of 32'],
    ['steps', 151, '1 to 150'],
    ['steps', 0, '1 to 150'],
  ])('refuses %s %d and says what the model takes', (field, value, accepted) => {
    expect(() => admit({ ...request, [field]: value }, model)).toThrow(
      expect.objectContaining({ code: 'unsupported_by_model', facts: { field, accepted } }),
    )
  })
})
