import { interpolate, linspace } from './interpolate.ts'
import type { SchedulerConfig } from './scheduler-config.ts'

/** How much noise a model was trained to see at each training timestep. float64 throughout. */
export interface NoiseTable {
  /** Training timesteps, e.g. 1000. */
  readonly length: number
  /** Cumulative product of 1 - beta, falling. */
  readonly alphas: Float64Array
  readonly sigmaMin: number
  readonly sigmaMax: number
  /** sigma = sqrt((1 - alpha) / alpha); between whole timesteps, linear in log sigma. Held constant outside 0..length - 1. */
  sigmaAt(timestep: number): number
  /** The inverse of `sigmaAt`: a fractional timestep. */
  timestepAt(sigma: number): number
}

type BetaConfig = Pick<
  SchedulerConfig,
  'num_train_timesteps' | 'beta_start' | 'beta_end' | 'beta_schedule'
>

export function createNoiseTable(config: BetaConfig): NoiseTable {
  const length = config.num_train_timesteps
  let product = 1
  const alphas = betasOf(config).map((beta) => {
    product *= 1 - beta
    return product
  })
  const logSigmas = alphas.map((alpha) => Math.log((1 - alpha) / alpha) / 2)
  const timesteps = Float64Array.from({ length }, (_, i) => i)
  const sigmaAt = (timestep: number) => Math.exp(interpolate(timestep, timesteps, logSigmas))

  return {
    length,
    alphas,
    sigmaMin: sigmaAt(0),
    sigmaMax: sigmaAt(length - 1),
    sigmaAt,
    timestepAt: (sigma) => interpolate(Math.log(sigma), logSigmas, timesteps),
  }
}

function betasOf(config: BetaConfig): Float64Array {
  const { num_train_timesteps: count, beta_start: start, beta_end: end } = config
  return config.beta_schedule === 'linear'
    ? linspace(start, end, count)
    : linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root)
}
