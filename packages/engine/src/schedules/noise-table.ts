import { interpolate, linspace } from './interpolate.ts'
import type { SchedulerConfig } from './scheduler-config.ts'

/** How much noise a model was trained to see at each training timestep. float64 throughout. */
export interface NoiseTable {
  /** `diffusion`: x = clean + sigma * noise. `flow`: x = (1 - sigma) * clean + sigma * noise, sigma at most 1. */
  readonly kind: 'diffusion' | 'flow'
  /** Training timesteps, e.g. 1000. */
  readonly length: number
  /** Cumulative product of 1 - beta, falling. Empty for a flow model. */
  readonly alphas: Float64Array
  /** One per training timestep, rising. */
  readonly sigmas: Float64Array
  readonly sigmaMin: number
  readonly sigmaMax: number
  /**
   * sigma = sqrt((1 - alpha) / alpha); between whole timesteps, linear in log sigma. Held constant outside 0..length - 1.
   * For a flow model the shifted timestep / length.
   */
  sigmaAt(timestep: number): number
  /**
   * The timestep that a model is told at `sigma`, fractional. The inverse of `sigmaAt`, except for a flow model: it is
   * told length * sigma, shift and all, as diffusers and ComfyUI do.
   */
  timestepAt(sigma: number): number
}

type BetaConfig = Pick<
  SchedulerConfig,
  'num_train_timesteps' | 'beta_start' | 'beta_end' | 'beta_schedule'
> &
  Partial<Pick<SchedulerConfig, 'trained_betas' | 'rescale_betas_zero_snr'>>

type TableConfig = BetaConfig & Partial<Pick<SchedulerConfig, 'prediction_type' | 'shift'>>

/** What stands for no signal at all: 2^-24, so that sigma is about 4096 and stays a number (as diffusers' Euler). */
const NO_SIGNAL = 2 ** -24

export const createNoiseTable = (config: TableConfig): NoiseTable =>
  config.prediction_type === 'flow'
    ? createFlowTable(config.num_train_timesteps, config.shift ?? 1)
    : createDiffusionTable(config)

function createDiffusionTable(config: BetaConfig): NoiseTable {
  let product = 1
  const trained = betasOf(config).map((beta) => {
    product *= 1 - beta
    return product
  })
  const alphas = config.rescale_betas_zero_snr ? toZeroSignal(trained) : trained
  const { length } = alphas
  const logSigmas = alphas.map((alpha) => Math.log((1 - alpha) / alpha) / 2)
  const timesteps = Float64Array.from({ length }, (_, i) => i)
  const sigmaAt = (timestep: number) => Math.exp(interpolate(timestep, timesteps, logSigmas))

  return {
    kind: 'diffusion',
    length,
    alphas,
    sigmas: logSigmas.map(Math.exp),
    sigmaMin: sigmaAt(0),
    sigmaMax: sigmaAt(length - 1),
    sigmaAt,
    timestepAt: (sigma) => interpolate(Math.log(sigma), logSigmas, timesteps),
  }
}

function betasOf(config: BetaConfig): Float64Array {
  const { num_train_timesteps: count, beta_start: start, beta_end: end } = config
  if (config.trained_betas) return Float64Array.from(config.trained_betas)
  return config.beta_schedule === 'linear'
    ? linspace(start, end, count)
    : linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root)
}

/** Rescales to no signal at the last timestep (Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed", 2024). */
function toZeroSignal(alphas: Float64Array): Float64Array {
  const roots = alphas.map(Math.sqrt)
  const first = roots[0] ?? 1
  const last = roots.at(-1) ?? 0
  const rescaled = roots.map((root) => (((root - last) * first) / (first - last)) ** 2)
  rescaled[rescaled.length - 1] = NO_SIGNAL
  return rescaled
}

/** Levels of rectified flow (Esser et al., "Scaling Rectified Flow Transformers", 2024), as `FlowMatchEulerDiscreteScheduler`. */
function createFlowTable(length: number, shift: number): NoiseTable {
  const sigmaAt = (timestep: number): number => {
    const sigma = Math.min(1, Math.max(0, timestep / length))
    return (shift * sigma) / (1 + (shift - 1) * sigma)
  }
  return {
    kind: 'flow',
    length,
    alphas: new Float64Array(),
    sigmas: Float64Array.from({ length }, (_, i) => sigmaAt(i + 1)),
    sigmaMin: sigmaAt(1),
    sigmaMax: sigmaAt(length),
    sigmaAt,
    timestepAt: (sigma) => sigma * length,
  }
}
