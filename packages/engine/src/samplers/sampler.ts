/**
 * Estimates the clean latents from noisy ones: x = clean + sigma * noise ("sigma space"), or for a flow model
 * x = (1 - sigma) * clean + sigma * noise. One call is one model call. Returns a new array; `x` is the caller's and
 * changes after the promise settles.
 */
export type Denoiser = (x: Float64Array, sigma: number) => Promise<Float64Array>

/** Unit Gaussian noise of the state's size: the next draw of the job's generator. */
export type NoiseSource = () => Float32Array

/**
 * What a sampler's states are made of: `sigma` clean + sigma * noise, `preserving` the same divided by
 * sqrt(1 + sigma^2), so that its variance stays 1, `flow` (1 - sigma) * clean + sigma * noise.
 */
export type StateSpace = 'sigma' | 'preserving' | 'flow'

export interface SamplerInput {
  /** The first state: unit noise times the plan's `initialScale`, or what `start` gave. The run owns and changes it. */
  readonly x: Float64Array
  readonly denoise: Denoiser
  readonly noise: NoiseSource
}

/** Noise levels of one step, as sigmas whatever the space. */
export interface StepLevels {
  readonly from: number
  /** 0 where the step ends at clean latents. Equal to `from` in the step with which PLMS corrects its first. */
  readonly to: number
}

/** A sampler with its noise levels chosen. */
export interface SamplerPlan {
  readonly steps: number
  readonly modelCalls: number
  readonly space: StateSpace
  /** One per step. */
  readonly levels: readonly StepLevels[]
  /**
   * Earlier steps whose states a step needs beside its own: it uses the denoised estimates made there, and keeps nothing
   * else between steps. See `run` for how a step is run again from the states before it.
   */
  readonly history: number
  /** Multiplies unit noise into the first state of a run that starts from no picture. */
  readonly initialScale: number
  /** The first state of a run that starts from a picture's latents, noised to the first step's level. */
  start(latents: ArrayLike<number>, noise: ArrayLike<number>): Float64Array
  /**
   * Yields the state after each step, in the plan's space; the last one is the clean latents. What is yielded is the live
   * state: what the caller writes into it is what the next step starts from. Each call is a run with a history of its own.
   *
   * To run step `i` again from recorded states, begin `history` steps before it (`firstStep`, at least 0) with the state
   * recorded there, and write the recorded state over each that is yielded: the one yielded after step `i` is as before.
   * @defaultValue `firstStep` 0
   */
  run(input: SamplerInput, firstStep?: number): AsyncGenerator<Float64Array, void, void>
}

/** Brings `input.x` from one level to the next, in place. `index` counts the steps of the run from 0. */
type Step = (levels: StepLevels, index: number) => Promise<void>

/** A sampler's rule: called once per run, so that buffers and history belong to it. */
export type SamplerRule = (input: SamplerInput) => Step

export interface PlanParts {
  readonly levels: readonly StepLevels[]
  readonly space: StateSpace
  /** @defaultValue 1; with 2, the last step makes one */
  readonly callsPerStep?: 1 | 2
  /** @defaultValue 0 */
  readonly history?: number
}

/** A plan that goes through `levels` with `rule`. */
export function createPlan(parts: PlanParts, rule: SamplerRule): SamplerPlan {
  const { levels, space, callsPerStep = 1, history = 0 } = parts
  const steps = levels.length
  const first = levels[0]?.from ?? 0
  const [signal, noisiness] = sharesAt(space, first)
  return {
    steps,
    modelCalls: callsPerStep === 2 ? 2 * steps - 1 : steps,
    space,
    levels,
    history,
    initialScale: space === 'preserving' ? 1 : first,
    start: (latents, noise) =>
      Float64Array.from(latents, (value, i) => signal * value + noisiness * (noise[i] ?? 0)),
    async *run(input, firstStep = 0) {
      const step = rule(input)
      for (const [offset, level] of levels.slice(firstStep).entries()) {
        await step(level, firstStep + offset)
        yield input.x
      }
    },
  }
}

/** How much of the clean latents and of unit noise a state at `sigma` holds. */
function sharesAt(space: StateSpace, sigma: number): readonly [number, number] {
  switch (space) {
    case 'sigma':
      return [1, sigma]
    case 'flow':
      return [1 - sigma, sigma]
    case 'preserving': {
      const signal = signalAt(sigma)
      return [signal, sigma * signal]
    }
  }
}

/** Share of the clean latents in a variance preserving state: sqrt(alpha). */
export const signalAt = (sigma: number): number => 1 / Math.sqrt(1 + sigma * sigma)

/** What a sampler whose levels come from a schedule may be told. */
export interface SigmaOptions {
  /** Share of fresh noise in ancestral and SDE steps, 0 to 1. @defaultValue 1 */
  readonly eta?: number
  /** @defaultValue "sigma" */
  readonly space?: 'sigma' | 'flow'
}

/** Plans a sampler on `steps + 1` falling sigmas. */
export type SigmaPlanner = (sigmas: Float64Array, options?: SigmaOptions) => SamplerPlan

/** Pairs `steps + 1` falling sigmas into steps. */
export const stepsThrough = (sigmas: Float64Array): StepLevels[] =>
  Array.from(sigmas.subarray(1), (to, i) => ({ from: sigmas[i] as number, to }))
