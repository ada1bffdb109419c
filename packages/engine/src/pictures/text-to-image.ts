import type { JobSpec } from '@reverie/core'
import { createTorchGenerator } from '../noise/torch-generator.ts'
import { type LatentSize, latentLength, latentSizeOf } from '../pipeline/geometry.ts'
import { createGuidedDenoiser } from '../pipeline/guidance.ts'
import type { Pipeline } from '../pipeline/open-pipeline.ts'
import { planSampler } from '../samplers/plan-sampler.ts'
import { requireFinite } from './output-guards.ts'

/** The parts of a job that decide the picture. */
export type TextToImage = Pick<
  JobSpec,
  | 'prompt'
  | 'negativePrompt'
  | 'width'
  | 'height'
  | 'steps'
  | 'sampler'
  | 'schedule'
  | 'cfgScale'
  | 'seed'
>

export interface DrawOptions {
  /** Awaited before each call of a graph; throws to stop. */
  readonly checkpoint?: () => Promise<void>
  /** After each model call of the sampler. */
  readonly onModelCall?: (done: number, of: number) => void
}

export interface Drawing {
  /** [3, height, width], about -1 to 1. */
  readonly pixels: Float32Array
  /** Latents before the first step and after each one, float32. */
  readonly trajectory: readonly Float32Array[]
  /** Tokens of the prompt and the negative prompt that did not fit. */
  readonly dropped: number
}

/**
 * Draws one picture. Latents are float32 at every step boundary, so that any step can be run again from the trajectory
 * alone; arithmetic inside a step is float64.
 * @throws ReverieError `bad_output`, `out_of_memory`, `engine_failed`, `unsupported_by_model`, or what `checkpoint` throws
 */
export async function textToImage(
  pipeline: Pipeline,
  request: TextToImage,
  { checkpoint = async () => {}, onModelCall = () => {} }: DrawOptions = {},
): Promise<Drawing> {
  const size = latentSizeOf(request)
  const plan = planSampler(request, pipeline.table, pipeline.scheduler)
  const embed = (prompt: string) => embedPrompt(pipeline, prompt, checkpoint)
  const text = await embed(request.prompt)
  const negative = request.cfgScale === 1 ? undefined : await embed(request.negativePrompt)
  const guided = createGuidedDenoiser(
    { ...pipeline, predictionType: pipeline.scheduler.prediction_type },
    {
      size,
      text: text.embedding,
      negative: negative?.embedding,
      cfgScale: request.cfgScale,
      mode: pipeline.guidance,
      checkpoint,
    },
  )
  let calls = 0
  const denoise: typeof guided = async (x, sigma) => {
    const clean = await guided(x, sigma)
    onModelCall(++calls, plan.modelCalls)
    return clean
  }
  const trajectory = await runPlan(plan, size, request, denoise)
  await checkpoint()
  const latents = trajectory.at(-1) ?? new Float32Array(latentLength(size))
  const pixels = await pipeline.vaeDecoder.decode(latents, size)
  requireFinite(pixels, 'the decoded image')
  return { pixels, trajectory, dropped: text.dropped + (negative?.dropped ?? 0) }
}

async function runPlan(
  plan: ReturnType<typeof planSampler>,
  size: LatentSize,
  { seed }: TextToImage,
  denoise: (x: Float64Array, sigma: number) => Promise<Float64Array>,
): Promise<Float32Array[]> {
  const generator = createTorchGenerator(seed)
  const noise = () => generator.randn(latentLength(size))
  const first = noise().map((value) => value * plan.initialScale)
  const trajectory = [first]
  for await (const state of plan.run({ x: Float64Array.from(first), denoise, noise })) {
    const latents = Float32Array.from(state)
    requireFinite(latents, `the latents after step ${trajectory.length}`)
    state.set(latents)
    trajectory.push(latents)
  }
  return trajectory
}

/** The embedding of one prompt, from the cache where it is there. */
async function embedPrompt(
  { tokenizer, textEncoder, prompts }: Pipeline,
  prompt: string,
  checkpoint: () => Promise<void>,
): Promise<{ embedding: Float32Array; dropped: number }> {
  const { ids, dropped } = tokenizer.encodeWindow(prompt)
  const embedding = await prompts.get(prompt, async () => {
    await checkpoint()
    return textEncoder.encode(ids)
  })
  return { embedding, dropped }
}
