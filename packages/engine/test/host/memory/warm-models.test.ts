import { ReverieError } from '@reverie/core'
import { buildManifestCid } from '@reverie/testkit'
import { expect, it } from 'vitest'
import type { LoadedModel } from '../../../src/host/loaded-model.ts'
import { isShortOfMemory } from '../../../src/host/memory/draw-within.ts'
import { createWarmModels } from '../../../src/host/memory/warm-models.ts'

/** A device that holds what is open, and a way to open models of a size on it. */
function device(capacity = Number.POSITIVE_INFINITY) {
  const open = new Map<number, number>()
  const log: string[] = []
  const held = () => [...open.values()].reduce((sum, bytes) => sum + bytes, 0)
  const wanted = (number: number, bytes: number, takes = bytes) => ({
    key: String(number),
    cid: buildManifestCid(number),
    bytes,
    open: async (): Promise<LoadedModel> => {
      if (held() + takes > capacity) throw new ReverieError('out_of_memory', 'full')
      open.set(number, takes)
      log.push(`open ${number}`)
      return {
        draw: async () => Promise.reject(new Error('not drawn here')),
        releaseText: async () => {},
        close: async () => {
          open.delete(number)
          log.push(`close ${number}`)
        },
      }
    },
  })
  return { open, log, wanted, meter: { held: async () => held() } }
}
const cids = (...numbers: number[]) => numbers.map((number) => buildManifestCid(number))

it('keeps models warm while they fit, the one used last first', async () => {
  const { wanted, meter, log } = device()
  const models = createWarmModels(meter, 30, isShortOfMemory)
  for (const number of [1, 2, 3, 1]) await models.take(wanted(number, 10))
  expect(models.list()).toEqual(cids(1, 3, 2))
  expect(log).toEqual(['open 1', 'open 2', 'open 3'])
})

it('closes the one used longest ago before a new one is opened', async () => {
  const { wanted, meter, log } = device()
  const models = createWarmModels(meter, 20, isShortOfMemory)
  for (const number of [1, 2, 1, 3]) await models.take(wanted(number, 10))
  expect(models.list()).toEqual(cids(3, 1))
  expect(log).toEqual(['open 1', 'open 2', 'close 2', 'open 3'])
})

it('counts what a model really takes, and what it grows to in use', async () => {
  const { wanted, meter, open } = device()
  const models = createWarmModels(meter, 30, isShortOfMemory)
  await models.take(wanted(1, 1, 10))
  await models.take(wanted(2, 1, 10))
  open.set(2, 25)
  await models.settle()
  expect(models.list()).toEqual(cids(2))
})

it('keeps the model in use, however large it is', async () => {
  const { wanted, meter } = device()
  const models = createWarmModels(meter, 5, isShortOfMemory)
  await models.take(wanted(1, 10))
  await models.settle()
  expect(models.list()).toEqual(cids(1))
})

it('lets all others go where one does not load for lack of memory', async () => {
  const { wanted, meter, log } = device(25)
  const models = createWarmModels(meter, 100, isShortOfMemory)
  for (const number of [1, 2, 3]) await models.take(wanted(number, 10))
  expect(models.list()).toEqual(cids(3))
  expect(log).toEqual(['open 1', 'open 2', 'close 1', 'close 2', 'open 3'])
})

it('loses none for a model that cannot be opened for another reason', async () => {
  const { wanted, meter } = device()
  const models = createWarmModels(meter, 100, isShortOfMemory)
  await models.take(wanted(1, 10))
  const open = async () => Promise.reject(new ReverieError('model_invalid', 'broken'))
  await expect(models.take({ ...wanted(2, 10), open })).rejects.toMatchObject({
    code: 'model_invalid',
  })
  expect(models.list()).toEqual(cids(1))
})

it('goes by the sizes of files where the device does not tell what it holds', async () => {
  const { wanted } = device()
  const models = createWarmModels({ held: async () => undefined }, 20, isShortOfMemory)
  for (const number of [1, 2, 3]) await models.take(wanted(number, 10, 1000))
  expect(models.list()).toEqual(cids(3, 2))
})

it('counts a model once that is warm with several sets of LoRAs', async () => {
  const { wanted, meter } = device()
  const models = createWarmModels(meter, 100, isShortOfMemory)
  await models.take(wanted(1, 10))
  await models.take({ ...wanted(1, 10), key: 'with a LoRA' })
  expect(models.list()).toEqual(cids(1))
})
