/**
 * Estimates the clean latents from noisy ones: x = clean + sigma * noise ("sigma space"). One call is one model call.
 * Returns a new array.
 */
export type Denoiser = (x: Float64Array, sigma: number) => Promise<Float64Array>

/** Unit Gaussian noise of the state's size: the next draw of the job's generator. */
export type NoiseSource = () => Float32Array

export interface SamplerInput {
  /** The first state: unit noise times the plan's `initialScale`. The run owns and changes it. */
  readonly x: Float64Array
  readonly denoise: Denoiser
  readonly noise: NoiseSource
}

/** A sampler with its noise levels chosen. */
export interface SamplerPlan {
  readonly steps: number
  readonly modelCalls: number
  readonly initialScale: number
  /**
   * Yields the state after each step, in the sampler's own space; the last one is the clean latents. What is yielded is
   * the live state: what the caller writes into it is what the next step starts from.
   */
  run(input: SamplerInput): AsyncGenerator<Float64Array, void, void>
}

/** One step of a sigma-space sampler. */
export interface SigmaStep {
  readonly from: number
  /** 0 in the last step. */
  readonly to: number
}

/** Pairs `steps + 1` falling sigmas into steps. */
const sigmaSteps = (sigmas: Float64Array): SigmaStep[] =>
  Array.from(sigmas.subarray(1), (to, i) => ({ from: sigmas[i] as number, to }))

/** What every sampler on the k-diffusion scale shares: the state starts as noise times the largest sigma. */
export function planSigmaSampler(
  sigmas: Float64Array,
  modelCalls: number,
  run: (steps: SigmaStep[], input: SamplerInput) => AsyncGenerator<Float64Array, void, void>,
): SamplerPlan {
  const steps = sigmaSteps(sigmas)
  return {
    steps: steps.length,
    modelCalls,
    initialScale: sigmas[0] ?? 0,
    run: (input) => run(steps, input),
  }
}
