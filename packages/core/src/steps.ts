import type { JobSpec } from './job-spec.ts'
import { SAMPLERS, type Sampler } from './samplers.ts'

/** A strength of 1 still leaves a step's worth of the picture, as AUTOMATIC1111 counts. */
const MOST = 0.999

/**
 * Steps that a run makes of the `steps` asked for. From a picture, only the last part of the schedule is run:
 * floor(min(strength, 0.999) * steps) + 1 steps, as AUTOMATIC1111 counts. PLMS makes one more than it is asked for.
 */
export function sampledSteps(sampler: Sampler, steps: number, strength?: number): number {
  const whole = steps + SAMPLERS[sampler].extraSteps
  if (strength === undefined) return whole
  return Math.min(whole, Math.floor(Math.min(strength, MOST) * steps) + 1)
}

/** Latents that a job commits to: before the first step and after each one, of the first pass and of a hires pass. */
export function trajectoryLength(
  job: Pick<JobSpec, 'sampler' | 'steps' | 'init' | 'hires'>,
): number {
  const first = sampledSteps(job.sampler, job.steps, job.init?.strength) + 1
  if (job.hires === undefined) return first
  const { steps = job.steps, strength } = job.hires
  return first + sampledSteps(job.sampler, steps, strength) + 1
}
