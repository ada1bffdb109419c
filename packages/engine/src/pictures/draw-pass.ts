import type { Size } from '../images/raster.ts'
import { latentSizeOf } from '../pipeline/geometry.ts'
import { createGuidedDenoiser, type GuidanceInput } from '../pipeline/guidance.ts'
import { handOver, handOverCall } from '../pipeline/hand-over.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Denoiser, SamplerPlan } from '../samplers/sampler.ts'
import type { PromptRequest } from '../text/conditioning.ts'
import { controlUses } from './controls.ts'
import { enlarge } from './enlarge.ts'
import { createFirstNoise } from './first-noise.ts'
import { type Ground, layGround } from './ground.ts'
import type { Job, SizedLatents } from './job.ts'
import type { Pass } from './passes.ts'
import { keepUnmasked, runPass } from './run-pass.ts'

export interface DrawnPass extends SizedLatents {
  readonly trajectory: readonly Float32Array[]
  readonly notes: readonly string[]
}

/** Runs one pass; `before` is what the pass before it came to. */
export async function drawPass(
  job: Job,
  { size, plan, stepsBefore, isRefined }: Pass,
  before: SizedLatents | undefined,
): Promise<DrawnPass> {
  const { pipeline, request, scene, checkpoint, options } = job
  const latentSize = latentSizeOf(size)
  const { own, first, next } = createFirstNoise(request, latentSize)
  const parts = { pipeline, checkpoint, tile: options.economy?.vaeTile }
  const fill = request.inpaint?.fill ?? 'original'
  const ground = await layGround({ ...parts, noise: own }, scene, size, fill)
  const from = before === undefined ? ground.original : await enlarge(job, before, latentSize)
  const { denoise, notes } = await guide(job, size, {
    ground,
    plan,
    stepsBefore,
    isRefined,
  })
  const kept = keepUnmasked(denoise, ground)
  const trajectory = await runPass({
    plan,
    start:
      from === undefined
        ? first.map((value) => value * plan.initialScale)
        : Float32Array.from(plan.start(from, first)),
    denoise: async (x, sigma) => {
      const clean = await kept(x, sigma)
      job.onCall()
      return clean
    },
    noise: next,
    previewEvery: options.previewEvery ?? 0,
    preview:
      options.onPreview &&
      (async (clean) => {
        await checkpoint()
        options.onPreview?.(await pipeline.preview(clean, latentSize))
      }),
  })
  return { trajectory, notes, latents: trajectory.at(-1) as Float32Array, size: latentSize }
}

interface Guided {
  readonly ground: Ground
  readonly plan: SamplerPlan
  readonly stepsBefore: number
  readonly isRefined: boolean
}

/** The denoiser of a pass: the checkpoint's and, where the job has a refiner, that one's for the last calls. */
async function guide(
  job: Job,
  size: Size,
  { ground, plan, stepsBefore, isRefined }: Guided,
): Promise<{ denoise: Denoiser; notes: readonly string[] }> {
  const { pipeline, request, inputs, checkpoint, options } = job
  const { cfgScale, cfgRescale } = request
  const mode = options.economy?.guidance ?? pipeline.guidance
  const calls = plan.modelCalls
  const steps = { modelCalls: calls, steps: plan.steps, stepsBefore }
  const prompts = await encodePrompts(pipeline, job, steps)
  const shared: GuidanceInput = {
    size: latentSizeOf(size),
    prompts,
    cfgScale,
    cfgRescale,
    mode,
    calls,
    checkpoint,
  }
  const own = createGuidedDenoiser(pipeline, {
    ...shared,
    extra: ground.extra,
    controls: await controlUses(job, size),
  })
  const { refiner } = inputs
  if (!isRefined || refiner === undefined || request.refiner === undefined) {
    return { denoise: own, notes: prompts.notes }
  }
  const at = handOverCall(calls, request.refiner.switchAt)
  const refined = createGuidedDenoiser(refiner, {
    ...shared,
    prompts: await encodePrompts(refiner, job, steps),
    firstCall: at,
  })
  return { denoise: handOver(own, refined, at), notes: prompts.notes }
}

const encodePrompts = (
  { text, unet }: Pick<Pipeline, 'text' | 'unet'>,
  { request, checkpoint }: Pick<Job, 'request' | 'checkpoint'>,
  steps: Pick<PromptRequest, 'modelCalls' | 'steps' | 'stepsBefore'>,
) =>
  text.encode(
    {
      prompt: request.prompt,
      negativePrompt: request.negativePrompt,
      syntax: request.promptSyntax,
      clipSkip: request.clipSkip,
      ...steps,
      isGuided: request.cfgScale !== 1 && !unet.isDistilled,
    },
    checkpoint,
  )
