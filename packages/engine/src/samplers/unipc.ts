import { preservingDenoiser } from './preserving.ts'
import {
  createPlan,
  type SamplerPlan,
  type SigmaOptions,
  type StepLevels,
  signalAt,
  stepsThrough,
} from './sampler.ts'
import { addDifference, mix, remember } from './state.ts'
import { scaleOf, type UnipcVariant, type UnipcWeights, unipcWeights } from './unipc-weights.ts'

export interface UnipcOptions extends SigmaOptions {
  /** Estimates that the predictor uses. @defaultValue 3 */
  readonly order?: 1 | 2 | 3
  /** @defaultValue "bh1" */
  readonly variant?: UnipcVariant
}

/** The model's estimates, the newest first, and the sigmas they were made at. */
type History = { readonly clean: Float64Array; readonly sigma: number }[]

/**
 * UniPC (Zhao et al., "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models", 2023) on the
 * estimates of the clean latents, as diffusers' `UniPCMultistepScheduler`; order 3 and B(h) = h as AUTOMATIC1111's defaults
 * (diffusers: order 2, e^h - 1), lower orders at both ends. Its noise levels come from a schedule, as in ComfyUI, and end
 * at exactly 0, where AUTOMATIC1111 ends at the last training timestep and ComfyUI at 0.001.
 *
 * The state is variance preserving. Each step first corrects the state it starts from by the estimate made there: what the
 * corrector adds to the predictor, so that only estimates are kept. A step needs the states of `order` before it.
 */
export function planUnipc(
  sigmas: Float64Array,
  { order = 3, variant = 'bh1' }: UnipcOptions = {},
): SamplerPlan {
  const levels = stepsThrough(sigmas)
  const orderAt = (index: number): number => Math.min(order, index + 1, levels.length - index)
  return createPlan({ levels, space: 'preserving', history: order }, ({ x, denoise }) => {
    const { estimate } = preservingDenoiser(denoise, x.length)
    const past: History = []
    return async (step, index) => {
      const clean = await estimate(x, signalAt(step.from) ** 2)
      if (index > 0) {
        correct(
          x,
          clean,
          past,
          leading(levels[index - 1] ?? step, past, orderAt(index - 1), variant),
        )
      }
      remember(past, { clean, sigma: step.from }, order)
      predict(x, step, past, orderAt(index), variant)
    }
  })
}

interface Leading extends UnipcWeights {
  readonly ratios: readonly number[]
  /** Multiplies every weighted difference: alpha * B(h) at the step's end. */
  readonly factor: number
}

/** log(alpha / sigma) in the paper's terms: the signal-to-noise ratio's is half of this. */
const lambda = (sigma: number): number => -Math.log(sigma)

/** The weights of a step whose start's estimate is the newest. */
function leading(
  { from, to }: StepLevels,
  past: History,
  order: number,
  variant: UnipcVariant,
): Leading {
  const h = lambda(to) - lambda(from)
  const earlier = past.slice(1, order)
  const ratios = earlier.map(({ sigma }) => (lambda(sigma) - lambda(from)) / h)
  return {
    ...unipcWeights(ratios, -h, variant),
    ratios,
    factor: signalAt(to) * scaleOf(-h, variant),
  }
}

/** Adds what the corrector would have done beyond the predictor, now that the estimate at the step's end is known. */
function correct(x: Float64Array, clean: Float64Array, past: History, step: Leading): void {
  const [newest] = past
  if (newest === undefined) return
  for (const [i, ratio] of step.ratios.entries()) {
    const weight = ((step.corrector[i] ?? 0) - (step.predictor[i] ?? 0)) / ratio
    addDifference(x, -step.factor * weight, past[i + 1]?.clean ?? newest.clean, newest.clean)
  }
  addDifference(x, -step.factor * (step.corrector.at(-1) ?? 0), clean, newest.clean)
}

function predict(
  x: Float64Array,
  step: StepLevels,
  past: History,
  order: number,
  variant: UnipcVariant,
): void {
  const { from, to } = step
  const [newest] = past
  if (newest === undefined) return
  // expm1(-h) = to / from - 1, and the deviations of both ends are sigma times the signal.
  const signal = signalAt(to)
  mix(x, (to * signal) / (from * signalAt(from)), newest.clean, signal * (1 - to / from))
  if (order === 1) return
  const { ratios, predictor, factor } = leading(step, past, order, variant)
  for (const [i, ratio] of ratios.entries()) {
    const weight = (predictor[i] ?? 0) / ratio
    addDifference(x, -factor * weight, past[i + 1]?.clean ?? newest.clean, newest.clean)
  }
}
