import type { InstalledModel, ManifestCid } from '@reverie/core'
import { buildJobSpec, buildManifestCid, buildModelManifest } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { adapterFiles } from '../../src/host/further-models.ts'
import { modelKey } from '../../src/host/model-key.ts'

const file = { path: 'lora.safetensors', size: 1, sha256: buildModelManifest().files[0]?.sha256 }
const loras = ['a', 'b', 'c'].map((name, i) => {
  const manifest = { ...buildModelManifest(), kind: 'lora', name, files: [file] }
  return { cid: buildManifestCid(i), folder: `/models/${name}`, manifest } as InstalledModel
})
const models = new Map(loras.map((each) => [each.cid, each]))
const [a, b, c] = [0, 1, 2].map(buildManifestCid) as [ManifestCid, ManifestCid, ManifestCid]
const { family } = buildModelManifest()

it('builds a set of LoRAs in the same order however a job names them, as it is kept warm', () => {
  const one = buildJobSpec({
    loras: [
      { model: a, weight: 1 },
      { model: b, weight: 0.5 },
      { model: c, weight: -1 },
      { model: a, weight: 0.25 },
    ],
  })
  const other = buildJobSpec({ loras: one.loras?.toReversed() })
  expect(modelKey(one.model, other)).toBe(modelKey(one.model, one))
  expect(adapterFiles(other, { models }, family)).toEqual(adapterFiles(one, { models }, family))
  expect(adapterFiles(one, { models }, family).loras).toHaveLength(4)
})

it('refuses a LoRA for another family, naming what fits', () => {
  const spec = buildJobSpec({ loras: [{ model: a, weight: 1 }] })
  expect(() => adapterFiles(spec, { models }, 'sdxl')).toThrow(
    expect.objectContaining({
      code: 'model_incompatible',
      facts: { field: 'lora', accepted: 'sdxl' },
    }),
  )
})
