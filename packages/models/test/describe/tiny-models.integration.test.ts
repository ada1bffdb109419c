import { featuresOf, kindOf, type ModelManifest } from '@reverie/core'
import { TINY_CHECKPOINTS, TINY_COMPANIONS, tinyModelFolder } from '@reverie/tiny-models'
import { describe, expect, it } from 'vitest'
import { detectModelFolder, readManifest } from '../../src/index.ts'

const STATED = { name: 'x', title: 'x', licence: 'Apache-2.0' }

const sorted = (manifest: ModelManifest) => featuresOf(manifest).toSorted()

describe('what a checkpoint is, read from its files', () => {
  it.each(TINY_CHECKPOINTS)('%s: family, features, precision and files', async (name) => {
    const folder = tinyModelFolder(name)
    const made = await readManifest(folder)
    const found = await detectModelFolder(folder, STATED)
    expect(kindOf(found)).toBe('checkpoint')
    expect(found.family).toBe(made.family)
    expect(found.precision).toBe(made.precision)
    expect(sorted(found)).toEqual(sorted(made))
    expect(found.files).toEqual(made.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
  })

  it('draws as its scheduler was trained', async () => {
    const defaultsOf = async (name: (typeof TINY_CHECKPOINTS)[number]) =>
      (await detectModelFolder(tinyModelFolder(name), STATED)).defaults
    expect(await defaultsOf('sd15')).toMatchObject({
      width: 64,
      sampler: 'dpmpp_2m',
      schedule: 'karras',
      cfgScale: 7,
      steps: 25,
    })
    expect(await defaultsOf('lcm')).toMatchObject({ sampler: 'lcm', steps: 4, cfgScale: 8 })
    expect(await defaultsOf('sd-turbo')).toMatchObject({
      sampler: 'euler',
      schedule: 'sgm_uniform',
      steps: 4,
      cfgScale: 1,
    })
  })
})

describe('what a companion is, read from its file', () => {
  // Their texts are 16 wide: no real family's.
  const families: Readonly<Record<string, 'sd1'>> = {
    control: 'sd1',
    'embedding-sd15': 'sd1',
    'lora-sd15-kohya': 'sd1',
    'lora-sd15-peft': 'sd1',
  }

  it.each(TINY_COMPANIONS)('%s: kind, family and files', async (name) => {
    const folder = tinyModelFolder(name)
    const made = await readManifest(folder)
    // A detector tells a restorer from an upscaler.
    const found = await detectModelFolder(folder, { ...STATED, family: families[name] })
    expect(found.kind).toBe(made.kind)
    expect(found.family).toBe(made.family)
    expect(found.precision).toBe(made.precision)
    expect(found.files).toEqual(made.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
  })

  it.each(Object.keys(families) as (typeof TINY_COMPANIONS)[number][])(
    '%s: asks for a family that cannot be told',
    async (name) => {
      await expect(detectModelFolder(tinyModelFolder(name), STATED)).rejects.toMatchObject({
        code: 'invalid_option',
        facts: { field: 'family' },
      })
    },
  )

  it('refuses a kind that the files cannot be', async () => {
    await expect(
      detectModelFolder(tinyModelFolder('upscaler-x4'), { ...STATED, kind: 'lora' }),
    ).rejects.toMatchObject({ code: 'invalid_option', facts: { field: 'kind' } })
  })
})
