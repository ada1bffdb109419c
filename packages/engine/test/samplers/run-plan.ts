import { createTorchGenerator } from '../../src/noise/torch-generator.ts'
import type { Denoiser, SamplerPlan } from '../../src/samplers/sampler.ts'

const LENGTH = 32

/** A denoiser that bends: its estimate depends on the state and on sigma. */
export const bending: Denoiser = async (x, sigma) =>
  x.map((value, i) => 0.7 * Math.tanh(value / Math.sqrt(1 + sigma * sigma) + Math.sin(i)))

/** One that knows the picture from the start. */
export const knowing =
  (clean: (i: number) => number): Denoiser =>
  async (x) =>
    x.map((_, i) => clean(i))

export interface FinishedRun {
  /** Model calls made. */
  readonly calls: number
  /** Draws made before each step, and in all. */
  readonly draws: readonly number[]
  /** Before the first step and after each one. */
  readonly states: readonly Float64Array[]
  readonly final: Float64Array
}

/** Runs a plan from the noise of `seed` to its end. */
export async function runPlan(
  plan: SamplerPlan,
  denoise: Denoiser,
  seed = '1',
): Promise<FinishedRun> {
  const generator = createTorchGenerator(seed)
  const x = Float64Array.from(generator.randn(LENGTH), (value) => value * plan.initialScale)
  const states = [x.slice()]
  const draws = [0]
  let [calls, drawn] = [0, 0]
  const counted: Denoiser = (state, sigma) => {
    calls++
    return denoise(state, sigma)
  }
  const noise = () => {
    drawn++
    return generator.randn(LENGTH)
  }
  for await (const state of plan.run({ x, denoise: counted, noise })) {
    states.push(state.slice())
    draws.push(drawn)
  }
  return { calls, draws, states, final: states.at(-1) ?? x }
}
