import { randomBytes } from 'node:crypto'
import { type InstalledModel, JobSpec, type Logger, newJobId, ReverieError } from '@reverie/core'
import type { DeviceEngine } from './device-engine.ts'

const NONCE_BYTES = 16
/** A size whose first step would take longer is not tried, and so not offered: milliseconds. */
const LONGEST_TRIAL_MS = 60_000
/** Attention grows with the square of the pixels, all else with the pixels. */
const GROWTH = 1.5
/** The next smaller size that is tried after one that did not fit: of the side. */
const SMALLER = 0.75

/**
 * The largest square, in pixels, that this device draws with the model. What was proven before counts; otherwise sizes are
 * drawn, with as few steps as there are: the model's default, then its largest, then smaller ones.
 * @throws ReverieError what the model's own default size fails with
 */
export async function proveSizes(
  engine: DeviceEngine,
  model: InstalledModel,
  logger: Logger,
  now: () => number = () => performance.now(),
): Promise<number> {
  const known = engine.proven(model.cid)
  if (known !== undefined) return known
  const { size, defaults } = model.manifest
  // The first drawing loads the model; it is the second that tells the pace.
  await engine.render(model, trial(model, defaults.width, defaults.height))
  const began = now()
  await engine.render(model, trial(model, defaults.width, defaults.height))
  const took = now() - began
  const drawn = defaults.width * defaults.height
  for (let side = size.max; side ** 2 > drawn; side = fitting(size, side * SMALLER)) {
    const estimate = took * (side ** 2 / drawn) ** GROWTH
    if (estimate > LONGEST_TRIAL_MS) continue
    try {
      await engine.render(model, trial(model, side, side))
      break
    } catch (cause) {
      const { code, message } = ReverieError.from(cause)
      logger.warn('a size does not fit; a smaller one is tried', { side, code, reason: message })
    }
  }
  return engine.proven(model.cid) ?? drawn
}

/** The largest side of the model's steps that is no larger. */
function fitting({ min, step }: { min: number; step: number }, side: number): number {
  return Math.max(min, min + Math.floor((side - min) / step) * step)
}

function trial({ cid, manifest }: InstalledModel, width: number, height: number): JobSpec {
  const { sampler, schedule, cfgScale } = manifest.defaults
  return JobSpec.parse({
    v: 1,
    job: newJobId(),
    model: cid,
    prompt: 'a red apple',
    negativePrompt: '',
    width,
    height,
    steps: manifest.steps.min,
    sampler,
    schedule,
    cfgScale,
    seed: '1',
    rng: 'torch-cpu',
    nonce: randomBytes(NONCE_BYTES).toString('hex'),
  })
}
