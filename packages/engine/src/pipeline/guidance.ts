import type { Denoiser } from '../samplers/sampler.ts'
import { cleanInto, inputScale } from '../schedules/prediction.ts'
import type { EncodedPrompts } from '../text/conditioning.ts'
import { type ControlUse, createControls } from './control-use.ts'
import { type LatentSize, latentLength } from './geometry.ts'
import { createGuidanceRows } from './guidance-rows.ts'
import { createGuidanceSum } from './guidance-sum.ts'
import type { GuidanceMode, Pipeline, SizeConditioning, UnetCall } from './pipeline.ts'

export interface GuidanceInput {
  readonly size: LatentSize
  readonly prompts: EncodedPrompts
  readonly cfgScale: number
  /** Share of the guided prediction that is pulled back to the spread of the text's own, 0 to 1. @defaultValue 0 */
  readonly cfgRescale?: number | undefined
  readonly mode: GuidanceMode
  /** Model calls of the whole run. */
  readonly calls: number
  /** Which of them this denoiser's first one is: a refiner's are the last. @defaultValue 0 */
  readonly firstCall?: number | undefined
  /** See {@link UnetCall}. */
  readonly extra?: Float32Array | undefined
  readonly sizes?: SizeConditioning | undefined
  readonly controls?: readonly ControlUse[] | undefined
  /** Awaited before each call of a graph; throws to stop. */
  readonly checkpoint: () => Promise<void>
}

/**
 * A UNet as a sampler sees it: scales the input, asks for the prediction with and without the text, and turns the guided
 * one into an estimate of the clean latents (Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022). It counts its
 * calls: prompts that change during a run and ControlNets that act in a part of it go by the count.
 *
 * Several texts joined by AND: each moves the prediction by its own weight (Liu et al., "Compositional Visual Generation
 * with Composable Diffusion Models", 2022). A distilled model is told the CFG scale and asked once.
 */
export function createGuidedDenoiser(
  { unet, table, scheduler }: Pick<Pipeline, 'unet' | 'table' | 'scheduler'>,
  input: GuidanceInput,
): Denoiser {
  const { size, prompts, cfgScale, mode, calls, extra, sizes, checkpoint } = input
  const type = scheduler.prediction_type
  const sample = new Float32Array(latentLength(size))
  const rowsAt = createGuidanceRows(
    unet.isDistilled ? { ...prompts, negative: undefined } : prompts,
  )
  const controls = createControls(input.controls ?? [], calls, checkpoint)
  const sum = createGuidanceSum(sample.length, {
    scale: unet.isDistilled ? 1 : cfgScale,
    rescale: input.cfgRescale ?? 0,
  })
  let next = input.firstCall ?? 0

  return async (x, sigma) => {
    const call = next++
    const scale = inputScale(type, sigma)
    for (let i = 0; i < sample.length; i++) sample[i] = (x[i] as number) * scale
    const timestep = table.timestepAt(sigma)
    const batches = rowsAt(call, mode)
    sum.begin(batches.weights)
    for (const { rows, aestheticScores } of batches.calls) {
      const asked: UnetCall = {
        sample,
        size,
        timestep,
        rows,
        aestheticScores,
        extra,
        sizes,
        cfgScale,
      }
      const residuals = await controls.residuals(call, asked)
      await checkpoint()
      const predictions = await unet.predict(
        residuals === undefined ? asked : { ...asked, residuals },
      )
      for (const prediction of predictions) sum.add(prediction)
    }
    const clean = new Float64Array(sample.length)
    cleanInto(clean, type, x, sum.end(), sigma)
    return clean
  }
}
