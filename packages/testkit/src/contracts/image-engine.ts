import {
  type EngineProgress,
  type ImageEngine,
  type InstalledModel,
  type JobSpec,
  NumericClass,
} from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildJobSpec } from '../builders/job-spec.ts'

/** A fresh engine with nothing loaded, and a model it can render. Closed after each test. */
export interface EngineFixture {
  readonly engine: ImageEngine
  readonly model: InstalledModel
}

const PNG_SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]
const STEPS = 3

/** What every {@link ImageEngine} does, whatever runs its models. */
export function describeImageEngineContract(
  name: string,
  setup: () => Promise<EngineFixture>,
): void {
  describe(`${name}, as an image engine`, () => {
    let engine: ImageEngine
    let model: InstalledModel

    beforeEach(async () => {
      const fixture = await setup()
      engine = fixture.engine
      model = fixture.model
    })
    afterEach(() => engine.close())

    const specOf = (changes: Partial<JobSpec> = {}): JobSpec =>
      buildJobSpec({
        model: model.cid,
        width: model.manifest.size.min,
        height: model.manifest.size.min,
        steps: STEPS,
        ...changes,
      })

    it('states a valid numeric class before anything is loaded', () => {
      expect(NumericClass.safeParse(engine.numericClass).success).toBe(true)
      expect(engine.warm()).toEqual([])
    })

    it('is warm for a model after loading it', async () => {
      await engine.load(model)
      expect(engine.warm()).toEqual([model.cid])
    })

    it('renders a model that was never loaded, and is warm for it then', async () => {
      await engine.render(model, specOf())
      expect(engine.warm()).toEqual([model.cid])
    })

    it('makes a PNG of the size asked for, with the settings as text', async () => {
      const spec = specOf({
        seed: '4711',
        height: model.manifest.size.min + model.manifest.size.step,
      })
      const { file, format, width, height } = await engine.render(model, spec)
      const header = new DataView(file.buffer, file.byteOffset)
      expect(format).toBe('png')
      expect([...file.subarray(0, 8)]).toEqual(PNG_SIGNATURE)
      expect([header.getUint32(16), header.getUint32(20)]).toEqual([spec.width, spec.height])
      expect([width, height]).toEqual([spec.width, spec.height])
      const text = Buffer.from(file).toString('latin1')
      expect(text).toContain('parameters\0')
      expect(text).toContain('Seed: 4711')
    })

    it('states the numeric class that made the picture, and that nothing is wrong with it', async () => {
      const image = await engine.render(model, specOf())
      expect(image.numericClass).toEqual(engine.numericClass)
      expect(image).toMatchObject({ notes: [], flagged: false })
    })

    it('returns the latents before the first step and after each one', async () => {
      const spec = specOf()
      const { trajectory } = await engine.render(model, spec)
      expect(trajectory).toHaveLength(STEPS + 1)
      for (const latents of trajectory) {
        expect(latents).toBeInstanceOf(Float32Array)
        expect(latents).toHaveLength((4 * spec.width * spec.height) / 64)
        expect(latents.every(Number.isFinite)).toBe(true)
      }
    })

    it('makes the same bytes and latents of the same spec', async () => {
      const spec = specOf({ sampler: 'euler_ancestral' })
      const first = await engine.render(model, spec)
      const second = await engine.render(model, spec)
      expect(second.file).toEqual(first.file)
      expect(second.trajectory).toEqual(first.trajectory)
    })

    it('begins with noise of the seed alone', async () => {
      const [one, other, another] = [
        await engine.render(model, specOf({ seed: '1', prompt: 'a fox' })),
        await engine.render(model, specOf({ seed: '1', prompt: 'a boat' })),
        await engine.render(model, specOf({ seed: '2', prompt: 'a fox' })),
      ]
      expect(other.trajectory[0]).toEqual(one.trajectory[0])
      expect(another.trajectory[0]).not.toEqual(one.trajectory[0])
    })

    it('times inference within the whole', async () => {
      const { timing } = await engine.render(model, specOf())
      expect(timing.inference).toBeGreaterThanOrEqual(0)
      expect(timing.total).toBeGreaterThanOrEqual(timing.inference)
    })

    it('reports progress from the first model call to the last', async () => {
      const seen: EngineProgress[] = []
      await engine.render(model, specOf(), { onProgress: (progress) => seen.push(progress) })
      expect(seen.map(({ step, of }) => [step, of])).toEqual([
        [1, STEPS],
        [2, STEPS],
        [3, STEPS],
      ])
    })

    it('does not begin a render whose signal is aborted', async () => {
      const signal = AbortSignal.abort()
      await expect(engine.render(model, specOf(), { signal })).rejects.toMatchObject({
        code: 'cancelled',
      })
      await engine.render(model, specOf())
    })

    it('stops between two model calls when aborted, and renders the next job', async () => {
      const controller = new AbortController()
      let calls = 0
      const spec = specOf({ steps: model.manifest.steps.max })
      const render = engine.render(model, spec, {
        signal: controller.signal,
        onProgress: () => {
          calls++
          controller.abort()
        },
      })
      await expect(render).rejects.toMatchObject({ code: 'cancelled' })
      expect(calls).toBeLessThan(spec.steps)
      await engine.render(model, specOf())
    })

    it('renders one job at a time, in the order they came', async () => {
      const steps: string[] = []
      const mark = (label: string) => ({
        onProgress: ({ step }: EngineProgress) => void steps.push(`${label}${step}`),
      })
      await Promise.all([
        engine.render(model, specOf(), mark('a')),
        engine.render(model, specOf(), mark('b')),
      ])
      expect(steps).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
    })

    it('drops a waiting job when it is aborted, without touching the one under way', async () => {
      const controller = new AbortController()
      const first = engine.render(model, specOf(), { onProgress: () => controller.abort() })
      const second = engine.render(model, specOf(), { signal: controller.signal })
      await expect(second).rejects.toMatchObject({ code: 'cancelled' })
      expect((await first).trajectory).toHaveLength(STEPS + 1)
    })

    it.each([
      { field: 'width', of: () => ({ width: model.manifest.size.max + model.manifest.size.step }) },
      { field: 'height', of: () => ({ height: model.manifest.size.min + 1 }) },
      { field: 'steps', of: () => ({ steps: model.manifest.steps.max + 1 }) },
    ])('refuses a $field that the manifest excludes', async ({ of }) => {
      await expect(engine.render(model, specOf(of()))).rejects.toMatchObject({
        code: 'unsupported_by_model',
      })
    })

    it('rejects the render under way and those waiting when it is closed', async () => {
      const { promise: begun, resolve } = Promise.withResolvers<void>()
      const spec = specOf({ steps: model.manifest.steps.max })
      const outcomes = Promise.allSettled([
        engine.render(model, spec, { onProgress: () => resolve() }),
        engine.render(model, spec),
      ])
      await begun
      await engine.close()
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'engine_failed' } })
      }
      expect(engine.warm()).toEqual([])
    })

    it('stays closed, and closing again changes nothing', async () => {
      await engine.close()
      await engine.close()
      await expect(engine.render(model, specOf())).rejects.toMatchObject({ code: 'engine_failed' })
      await expect(engine.load(model)).rejects.toMatchObject({ code: 'engine_failed' })
    })
  })
}
