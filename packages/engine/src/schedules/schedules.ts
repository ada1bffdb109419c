import type { ModelFamily, Schedule } from '@reverie/core'
import { alignYourSteps } from './align-your-steps.ts'
import { symmetricBetaQuantile } from './beta-quantile.ts'
import { linspace } from './interpolate.ts'
import type { NoiseTable } from './noise-table.ts'

/**
 * Chooses the noise levels of a run: `steps` falling sigmas, at most `table.length - 2`, and a final 0.
 * `family` is "sd1" when left out.
 */
export type ScheduleFunction = (
  table: NoiseTable,
  steps: number,
  family?: ModelFamily,
) => Float64Array

/** Curvature of the Karras schedule (Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", 2022). */
const RHO = 7

/** Both shapes of the beta schedule (Lee et al., "Beta Sampling is All You Need", 2024). */
const BETA_SHAPE = 0.6

const withFinalZero = (sigmas: Float64Array): Float64Array => {
  const all = new Float64Array(sigmas.length + 1)
  all.set(sigmas)
  return all
}

/** Timesteps from the noisiest to the cleanest, evenly. */
const evenTimesteps = ({ timestepAt, sigmaMax, sigmaMin }: NoiseTable, count: number) =>
  linspace(timestepAt(sigmaMax), timestepAt(sigmaMin), count)

/** `count` of the training sigmas, the noisiest first, by their timesteps. */
const trained = (table: NoiseTable, count: number, timestepOf: (i: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => table.sigmas[timestepOf(i)] as number)

const normal: ScheduleFunction = (table, steps) =>
  withFinalZero(evenTimesteps(table, steps).map(table.sigmaAt))

const karras: ScheduleFunction = ({ sigmaMax, sigmaMin }, steps) =>
  withFinalZero(
    linspace(sigmaMax ** (1 / RHO), sigmaMin ** (1 / RHO), steps).map((root) => root ** RHO),
  )

const exponential: ScheduleFunction = ({ sigmaMax, sigmaMin }, steps) =>
  withFinalZero(linspace(Math.log(sigmaMax), Math.log(sigmaMin), steps).map(Math.exp))

/** As `normal` with one step more, whose last level, the cleanest, is left out. */
const sgmUniform: ScheduleFunction = (table, steps) =>
  withFinalZero(
    evenTimesteps(table, steps + 1)
      .subarray(0, steps)
      .map(table.sigmaAt),
  )

const simple: ScheduleFunction = (table, steps) =>
  withFinalZero(
    trained(table, steps, (i) => table.length - 1 - Math.floor((i * table.length) / steps)),
  )

/**
 * DDIM's even strides up from timestep 1. AUTOMATIC1111 and ComfyUI go on to the last training timestep and so make more
 * steps than asked for where these do not divide the timesteps; here the noisiest of them are left out, as diffusers does.
 */
const ddimUniform: ScheduleFunction = (table, steps) => {
  const stride = Math.floor(table.length / steps)
  return withFinalZero(trained(table, steps, (i) => 1 + (steps - 1 - i) * stride))
}

/** As AUTOMATIC1111: quantiles over sigmas. ComfyUI takes them over timesteps. */
const beta: ScheduleFunction = ({ sigmaMax, sigmaMin }, steps) =>
  withFinalZero(
    linspace(1, 0, steps).map(
      (share) => sigmaMin + symmetricBetaQuantile(share, BETA_SHAPE) * (sigmaMax - sigmaMin),
    ),
  )

const ays: ScheduleFunction = (_, steps, family = 'sd1') =>
  withFinalZero(alignYourSteps(family, steps))

/** Every schedule served. A new one is a function here and a name in core. */
export const SCHEDULE_FUNCTIONS: Record<Schedule, ScheduleFunction> = {
  normal,
  karras,
  exponential,
  sgm_uniform: sgmUniform,
  simple,
  ddim_uniform: ddimUniform,
  beta,
  ays,
}
