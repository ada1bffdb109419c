import { ManifestCid } from '@reverie/core'
import { type Raster, rasterOf, rgbOf } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { createGenerator } from '../noise/generator.ts'
import { variedNoise } from '../noise/variation.ts'
import { latentLength, latentSizeOf } from '../pipeline/geometry.ts'
import { createGuidedDenoiser } from '../pipeline/guidance.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { checkRequest } from './check-request.ts'
import { composite } from './composite.ts'
import { type ControlPicture, controlPlanes, readControls } from './controls.ts'
import type { DrawInputs, Drawing, DrawOptions, DrawRequest } from './drawing.ts'
import { encode, type Ground, type GroundParts, layGround } from './ground.ts'
import { isAllBlack, requireFinite, requireNotBlack } from './output-guards.ts'
import { type Pass, passesOf } from './passes.ts'
import { inputInvalid } from './refuse.ts'
import { isLatentUpscaler, resizeLatents } from './resize-latents.ts'
import { keepUnmasked, runPass } from './run-pass.ts'
import { readScene, type Scene } from './scene.ts'
import { toPlanes } from './to-planes.ts'
import { toRgb } from './to-rgb.ts'

/** What all passes of one drawing share. */
interface Job {
  readonly pipeline: Pipeline
  readonly request: DrawRequest
  readonly inputs: DrawInputs
  readonly scene: Scene | undefined
  readonly controls: readonly ControlPicture[]
  readonly checkpoint: () => Promise<void>
  readonly onCall: () => void
  readonly options: DrawOptions
}

/**
 * Makes one picture: from noise, from a picture or a part of one, in one pass or two. Everything that the request names is
 * checked and decoded before any model is called.
 *
 * The hires pass starts its noise from the same seed anew, at its own size, as AUTOMATIC1111 does.
 * @throws ReverieError `bad_output`, `out_of_memory`, `engine_failed`, `unsupported_by_model`, `input_invalid`, or what
 * `checkpoint` throws
 */
export async function draw(
  pipeline: Pipeline,
  request: DrawRequest,
  inputs: DrawInputs = {},
  options: DrawOptions = {},
): Promise<Drawing> {
  checkRequest(pipeline, request, inputs)
  const scene = await readScene(request, inputs.images)
  const controls = await readControls(request, inputs.images)
  const passes = passesOf(pipeline, request)
  const { checkpoint = async () => {}, onModelCall = () => {} } = options
  const of = passes.reduce((calls, { plan }) => calls + plan.modelCalls, 0)
  let done = 0
  const onCall = () => onModelCall(++done, of)
  const job: Job = { pipeline, request, inputs, scene, controls, checkpoint, onCall, options }

  const trajectory: Float32Array[] = []
  const notes = new Set<string>()
  let before: Finished | undefined
  for (const pass of passes) {
    const run = await drawPass(job, pass, before)
    trajectory.push(...run.trajectory)
    for (const note of run.notes) notes.add(note)
    before = { pass, latents: run.trajectory.at(-1) as Float32Array }
  }
  const { pixels, rgb } = await decode(job, before as Finished)
  const drawn =
    scene?.mask && (await composite(scene.picture, rgb, scene.mask.overlay, scene.region))
  return { ...rgbOf(drawn ?? rgb), pixels, trajectory, notes: [...notes] }
}

/** A pass that is done, and what it came to. */
interface Finished {
  readonly pass: Pass
  readonly latents: Float32Array
}

async function drawPass(
  job: Job,
  { size, plan }: Pass,
  before: Finished | undefined,
): Promise<{ trajectory: Float32Array[]; notes: readonly string[] }> {
  const { pipeline, request, scene, checkpoint, options } = job
  const latentSize = latentSizeOf(size)
  const length = latentLength(latentSize)
  const generator = createGenerator(request.rng, request.seed)
  const own = generator.randn(length)
  const noise = variedNoise(own, request, latentSize)
  const prompts = await pipeline.text.encode(
    {
      prompt: request.prompt,
      negativePrompt: request.negativePrompt,
      syntax: request.promptSyntax,
      clipSkip: request.clipSkip,
      modelCalls: plan.modelCalls,
      isGuided: request.cfgScale !== 1 && !pipeline.unet.isDistilled,
    },
    checkpoint,
  )
  const fill = request.inpaint?.fill ?? 'original'
  const ground = await layGround(groundParts(job, own), scene, size, fill)
  const from = before === undefined ? ground.original : await enlarge(job, before, size)
  const guided = createGuidedDenoiser(pipeline, {
    size: latentSize,
    prompts,
    cfgScale: request.cfgScale,
    cfgRescale: request.cfgRescale,
    mode: options.economy?.guidance ?? pipeline.guidance,
    extra: ground.extra,
    controls: await controlsOf(job, size),
    calls: plan.modelCalls,
    checkpoint,
  })
  const kept = keepUnmasked(guided, ground)
  const trajectory = await runPass({
    plan,
    start: Float32Array.from(
      from === undefined
        ? noise.map((value) => value * plan.initialScale)
        : plan.start(from, noise),
    ),
    denoise: async (x, sigma) => {
      const clean = await kept(x, sigma)
      job.onCall()
      return clean
    },
    noise: () => generator.randn(length),
    previewEvery: options.previewEvery ?? 0,
    preview:
      options.onPreview &&
      (async (clean) => {
        await checkpoint()
        options.onPreview?.(await pipeline.preview(clean, latentSize))
      }),
  })
  return { trajectory, notes: prompts.notes }
}

const groundParts = ({ pipeline, checkpoint, options }: Job, noise: Float32Array): GroundParts => ({
  pipeline,
  checkpoint,
  tile: options.economy?.vaeTile,
  noise,
})

/** What a finished pass came to, at the size of the next. */
async function enlarge(job: Job, before: Finished, size: Pass['size']): Promise<Float32Array> {
  const { hires } = job.request
  const upscaler = hires?.upscaler ?? 'latent'
  if (isLatentUpscaler(upscaler)) {
    const from = latentSizeOf(before.pass.size)
    return resizeLatents(before.latents, from, latentSizeOf(size), upscaler)
  }
  const { rgb } = await decode(job, before)
  await job.checkpoint()
  const larger = await job.inputs.enlarge?.(rgbOf(rgb), ManifestCid.parse(upscaler))
  if (larger === undefined) throw inputInvalid('hires.upscaler', `${upscaler} was not given`)
  const picture = await resize(rasterOf(larger), size)
  return encode(groundParts(job, before.latents), toPlanes(picture, -1, 1), size)
}
