import { type Raster, rgbOf } from '../images/raster.ts'
import { latentSizeOf } from '../pipeline/geometry.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { checkRequest } from './check-request.ts'
import { composite } from './composite.ts'
import { readControls } from './controls.ts'
import { decodeLatents } from './decode-latents.ts'
import { type DrawnPass, drawPass } from './draw-pass.ts'
import type { DrawInputs, Drawing, DrawOptions, DrawRequest } from './drawing.ts'
import type { Job } from './job.ts'
import { passesOf } from './passes.ts'
import { readScene, type Scene } from './scene.ts'

/**
 * Makes one picture: from noise, from a picture or a part of one, in one pass or two. Everything that the request names is
 * checked and decoded before any model is called.
 *
 * Where systems differ, this is AUTOMATIC1111's way, but for the latents of an input picture: see `layGround`. The hires
 * pass draws its noise from the same seed anew, at its own size. With a mask, pixels that it leaves alone keep the bytes
 * of the input picture as it was fitted.
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
  const passes = passesOf(pipeline, request)
  for (const { size } of passes) pipeline.requireSize(latentSizeOf(size))
  const { checkpoint = async () => {}, onModelCall = () => {} } = options
  const of = passes.reduce((calls, { plan }) => calls + plan.modelCalls, 0)
  let done = 0
  const job: Job = {
    pipeline,
    request,
    inputs,
    options,
    scene: await readScene(request, inputs.images),
    controls: await readControls(request, inputs.images),
    checkpoint,
    onCall: () => onModelCall(++done, of),
  }

  const drawn: DrawnPass[] = []
  for (const pass of passes) drawn.push(await drawPass(job, pass, drawn.at(-1)))
  const { pixels, picture } = await decodeLatents(job, drawn.at(-1) as DrawnPass)
  return {
    ...rgbOf(await finish(job.scene, picture)),
    pixels,
    trajectory: drawn.flatMap(({ trajectory }) => trajectory),
    notes: [...new Set(drawn.flatMap(({ notes }) => notes))],
  }
}

/** Lays the drawing over the picture that it is a part of. */
const finish = (scene: Scene | undefined, drawing: Raster): Promise<Raster> | Raster =>
  scene?.mask === undefined
    ? drawing
    : composite(scene.picture, drawing, scene.mask.overlay, scene.region)
