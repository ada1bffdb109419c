import { buildManifestCid, buildModelManifest } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { chooseGuidance } from '../../src/host/choose-guidance.ts'
import { createSizeTable } from '../../src/host/memory/size-table.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'

const model = { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/x' }
// Only handed on to the measurement, which is the test's.
const pipeline = {} as Pipeline

it.each([
  ['batched', 10, 30],
  ['batched', 10, 9.5],
  ['split', 10, 5],
  ['split', Number.POSITIVE_INFINITY, 5],
] as const)(
  'is %s where one call takes %d ms and two take %d',
  async (mode, batchedMs, splitMs) => {
    const sizes = createSizeTable()
    const chosen = await chooseGuidance(pipeline, model, sizes, async (_, size) => {
      const { width, height } = model.manifest.defaults
      expect(size).toEqual({ width: width / 8, height: height / 8 })
      return { mode, batchedMs, splitMs }
    })
    expect(chosen).toBe(mode)
    expect(sizes.guidance(model.cid)).toBe(mode)
  },
)

it('is not measured again, whatever the device is doing meanwhile', async () => {
  const sizes = createSizeTable()
  sizes.chose(model.cid, 'split')
  const measure = async () => Promise.reject(new Error('measured'))
  expect(await chooseGuidance(pipeline, model, sizes, measure)).toBe('split')
})
