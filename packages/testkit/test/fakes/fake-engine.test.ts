import { expect, it } from 'vitest'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  createFakeClock,
  createFakeEngine,
  describeImageEngineContract,
} from '../../src/index.ts'

const model = { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/models/pocket' }

describeImageEngineContract('the fake engine', async () => ({ engine: createFakeEngine(), model }))

it('fails as the test says, once, after the steps it says', async () => {
  const engine = createFakeEngine()
  engine.failNext('out_of_memory', 2)
  const steps: number[] = []
  const spec = buildJobSpec({ steps: 4 })
  const render = engine.render(model, spec, { onProgress: ({ step }) => void steps.push(step) })
  await expect(render).rejects.toMatchObject({ code: 'out_of_memory' })
  expect(steps).toEqual([1, 2])
  await engine.render(model, spec)
  expect(engine.begun).toEqual([spec, spec])
})

it('takes the time of the clock for each step', async () => {
  const clock = createFakeClock()
  const engine = createFakeEngine({ clock }, { stepMs: 1_000 })
  const seen: number[] = []
  const render = engine.render(model, buildJobSpec({ steps: 2 }), {
    onProgress: ({ etaMs }) => void seen.push(etaMs ?? -1),
  })
  await clock.advance(999)
  expect(seen).toEqual([])
  await clock.advance(1_001)
  expect(seen).toEqual([1_000, 0])
  expect((await render).timing.total).toBe(2_000)
  expect(clock.pending()).toBe(0)
})
