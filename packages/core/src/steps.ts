import type { JobSpec } from './job-spec.ts'
import { SAMPLERS, type Sampler } from './samplers.ts'

/** A strength of 1 still leaves a step's worth of the picture, as AUTOMATIC1111 counts. */
const MOST = 0.999

/**
 * Steps of the schedule that a run goes through, the last ones: all of `steps`, or from a picture
 * floor(min(strength, 0.999) * steps) + 1, as AUTOMATIC1111 counts.
 */
export const scheduledSteps = (steps: number, strength?: number): number =>
  strength === undefined ? steps : Math.min(steps, Math.floor(Math.min(strength, MOST) * steps) + 1)

/**
 * Steps that a run makes of the `steps` asked for: those of the schedule, and for PLMS one more to correct its first,
 * unless that is its only one.
 */
export function sampledSteps(sampler: Sampler, steps: number, strength?: number): number {
  const scheduled = scheduledSteps(steps, strength)
  return scheduled + (scheduled > 1 ? SAMPLERS[sampler].extraSteps : 0)
}

/** Model calls of a run: what progress and prices count. A second-order sampler makes two per step and one in the last. */
export function modelCalls(sampler: Sampler, steps: number, strength?: number): number {
  const sampled = sampledSteps(sampler, steps, strength)
  return SAMPLERS[sampler].callsPerStep === 2 ? 2 * sampled - 1 : sampled
}

/** No schedule has more steps: models know a thousand levels of noise. */
const MOST_SCHEDULED = 1000

/**
 * The schedule of a hires pass, which makes exactly the `steps` asked for: they are the last of a finer one, of
 * floor(steps / min(strength, 0.999)) steps, as AUTOMATIC1111 counts, and of 1000 at most.
 */
export const hiresSchedule = (
  steps: number,
  strength: number,
): { readonly steps: number; readonly last: number } => ({
  steps: Math.min(MOST_SCHEDULED, Math.floor(steps / Math.min(strength, MOST))),
  last: steps,
})

type Sampled = Pick<JobSpec, 'sampler' | 'steps' | 'init' | 'hires'>

/** What `count` gives for the first pass of a job and, where it has one, for the hires pass. */
function passes(
  { sampler, steps, init, hires }: Sampled,
  count: (sampler: Sampler, steps: number, strength?: number) => number,
): number {
  const first = count(sampler, steps, init?.strength)
  return hires === undefined ? first : first + count(sampler, hires.steps ?? steps)
}

/** Model calls of a whole job, the hires pass included. */
export const jobModelCalls = (job: Sampled): number => passes(job, modelCalls)

/** Latents that a job commits to: before the first step and after each one, of the first pass and of a hires pass. */
export const trajectoryLength = (job: Sampled): number =>
  passes(job, (...run) => sampledSteps(...run) + 1)
