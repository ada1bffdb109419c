import type { Denoiser, SamplerPlan } from '../../packages/engine/src/in-process.ts'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'

export interface AnalyticRun {
  readonly plan: SamplerPlan
  readonly seed: string
  readonly mu: number
  /** Values of the state. */
  readonly length: number
  /** Multiplies the first noise; the plan's own scale when left out. */
  readonly initialScale?: number
}

/** The state before the first step and after each one, and the model calls that were made. */
export interface AnalyticResult {
  readonly states: readonly Float64Array[]
  readonly calls: number
}

/** Runs a plan on the reference's analytic denoiser, 0.7 tanh(1.3 x / sqrt(1 + sigma^2) + MU sin(0.37 i)), in float64. */
export async function runPlan({
  plan,
  seed,
  mu,
  length,
  initialScale = plan.initialScale,
}: AnalyticRun): Promise<AnalyticResult> {
  const generator = createTorchGenerator(seed)
  const noise = () => generator.randn(length)
  let calls = 0
  const denoise: Denoiser = async (x, sigma) => {
    calls++
    const scale = 1.3 / Math.sqrt(1 + sigma * sigma)
    return x.map((value, i) => 0.7 * Math.tanh(scale * value + mu * Math.sin(0.37 * i)))
  }
  const first = Float64Array.from(noise(), (value) => value * initialScale)
  const states = [first.slice()]
  for await (const state of plan.run({ x: first, denoise, noise })) states.push(state.slice())
  return { states, calls }
}
