import { randomBytes } from 'node:crypto'
import { type InstalledModel, JobSpec, newJobId, ReverieError } from '@reverie/core'
import { createChildEngine } from '@reverie/engine'
import { duration } from '../terminal/bar.ts'
import { type Finding, ok, problem } from './finding.ts'

const TINY_STEPS = 2
const NONCE_BYTES = 16

/** The smallest job a model takes: enough to run every graph once. */
const tinyJob = ({ cid, manifest }: InstalledModel): JobSpec =>
  JobSpec.parse({
    v: 1,
    job: newJobId(),
    model: cid,
    prompt: 'red apple',
    negativePrompt: '',
    width: manifest.size.min,
    height: manifest.size.min,
    steps: Math.max(manifest.steps.min, TINY_STEPS),
    sampler: manifest.defaults.sampler,
    schedule: manifest.defaults.schedule,
    cfgScale: manifest.defaults.cfgScale,
    seed: '42',
    rng: 'torch-cpu',
    nonce: randomBytes(NONCE_BYTES).toString('hex'),
  })

/** Renders a tiny picture on the CPU through the inference process, as a worker would. */
export async function checkEngine(model: InstalledModel): Promise<Finding> {
  try {
    const engine = await createChildEngine()
    try {
      const started = performance.now()
      await engine.load(model)
      const loaded = performance.now()
      const spec = tinyJob(model)
      await engine.render(model, spec)
      return ok(
        'engine',
        `${model.manifest.name} loads in ${duration(loaded - started)} and renders ${spec.width}x${spec.height}, ${spec.steps} steps in ${duration(performance.now() - loaded)} on ${engine.numericClass.provider}`,
      )
    } finally {
      await engine.close()
    }
  } catch (cause) {
    const error = ReverieError.from(cause)
    return problem(
      'engine',
      `${error.message} (${error.code})`,
      'install the packages again (`npm start` does); if it stays, report it with this output',
    )
  }
}
