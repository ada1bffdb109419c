import {
  type ControlNet,
  createGuidedDenoiser,
  type DrawInputs,
  type DrawRequest,
  draw,
  openControlNet,
  type Pipeline,
  planSampler,
} from '../../packages/engine/src/in-process.ts'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'
import { type TinyModelName, tinyModelFolder } from '../../packages/tiny-models/src/index.ts'
import { SD15_FORMS } from './check-tiny-networks.ts'
import { type Outcome, relativeL2 } from './outcome.ts'
import { checked, levelError, pictureFile, type TinyBench, tinyCompanion } from './tiny-models.ts'
import type { RunCase } from './tiny-models-file.ts'

/** Relative L2 of the last latents; pictures a share of the whole range. */
const TOLERANCE = { latents: 1e-4, picture: 1 / 255 }
const HALF = { latents: 2e-2, picture: 2 / 255 }

/** Whole runs of every checkpoint, with everything that a run may have beside it. */
export async function checkTinyRuns(bench: TinyBench): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const golden of bench.golden.runs) {
    for (const lora of golden.lora?.names ?? [undefined]) {
      outcomes.push(...(await checkRun(bench, golden, golden.model, lora, TOLERANCE)))
    }
    if (!isPlain(golden)) continue
    for (const [form, kind] of SD15_FORMS) {
      const tolerance = kind === 'half' ? HALF : TOLERANCE
      outcomes.push(...(await checkRun(bench, golden, form, undefined, tolerance)))
    }
  }
  return outcomes
}

/** A run that any export of sd15 can make as it is. */
const isPlain = ({ model, sampler, clip_skip, lora, embedding }: RunCase): boolean =>
  model === 'sd15' && sampler === 'ddim' && !clip_skip && !lora && !embedding

async function checkRun(
  bench: TinyBench,
  golden: RunCase,
  model: TinyModelName,
  lora: NonNullable<RunCase['lora']>['names'][number] | undefined,
  tolerance: typeof TOLERANCE,
): Promise<Outcome[]> {
  const { arrays } = bench
  const name = [model, golden.sampler, golden.schedule, ...extrasOf(golden, lora)].join(' ')
  const loras =
    lora === undefined
      ? []
      : [{ file: (await tinyCompanion(lora)).file, weight: golden.lora?.weight ?? 1 }]
  const { embedding } = golden
  const embeddings =
    embedding === undefined
      ? []
      : [{ name: embedding.token, file: (await tinyCompanion(embedding.name)).file }]
  const pipeline = await bench.pipeline(
    model,
    loras.length + embeddings.length > 0 ? { loras, embeddings } : undefined,
  )
  const result = golden.inpaint
    ? { latents: await inpaint(bench, golden, pipeline), rgb: undefined }
    : await drawn(bench, golden, pipeline)
  const latents = relativeL2(result.latents, arrays.floats(golden.latents))
  const outcomes = [checked('latents', name, latents, tolerance.latents)]
  if (result.rgb !== undefined) {
    const error = levelError(result.rgb, arrays.bytes(golden.pixels))
    outcomes.push(checked('picture', name, error, tolerance.picture))
  }
  return outcomes
}

const extrasOf = (golden: RunCase, lora: string | undefined): string[] => [
  ...(golden.clip_skip ? [`clip skip ${golden.clip_skip}`] : []),
  ...(golden.control ? ['ControlNet'] : []),
  ...(golden.inpaint ? ['nine channels'] : []),
  ...(lora ? [lora] : []),
  ...(golden.embedding ? [golden.embedding.name] : []),
  ...(golden.strength ? ['from a picture'] : []),
  ...(golden.switch_at ? ['with a refiner'] : []),
  ...(golden.negative === '' && golden.cfg !== 1 ? ['empty negative'] : []),
]

async function drawn(
  bench: TinyBench,
  golden: RunCase,
  pipeline: Pipeline,
): Promise<{ latents: Float32Array; rgb: Uint8Array }> {
  const { picture: place } = bench.golden
  const [height = 0, width = 0] = place.shape
  const picture = await pictureFile(bench.arrays.bytes(place), place.shape)
  const request: DrawRequest = {
    prompt: golden.prompt,
    negativePrompt: golden.negative,
    width,
    height,
    steps: golden.steps,
    sampler: golden.sampler,
    schedule: golden.schedule,
    cfgScale: golden.cfg,
    seed: golden.seed as DrawRequest['seed'],
    rng: 'torch-cpu',
    ...(golden.clip_skip ? { clipSkip: golden.clip_skip } : {}),
    ...(golden.strength
      ? { init: { image: picture.hash, strength: golden.strength, fit: 'stretch' } }
      : {}),
  }
  const images = new Map([[picture.hash, picture.file]])
  const run = async (more: Partial<DrawRequest>, inputs: DrawInputs) => {
    const { trajectory, rgb } = await draw(pipeline, { ...request, ...more }, { images, ...inputs })
    return { latents: trajectory.at(-1) ?? new Float32Array(), rgb }
  }
  if (golden.control !== undefined) {
    const { weight } = golden.control
    const { cid: model } = await tinyCompanion('control')
    const [start, end, preprocessor] = [0, 1, 'none' as const]
    const control = [{ model, image: picture.hash, preprocessor, weight, start, end }]
    return withControlNet(bench, (net) =>
      run({ control }, { controlNets: new Map([[model, net]]) }),
    )
  }
  if (golden.switch_at !== undefined) {
    const switchAt = golden.switch_at
    const { cid: model } = await tinyCompanion('sdxl-refiner')
    const refiner = await bench.pipeline('sdxl-refiner')
    return run({ refiner: { model, switchAt } }, { refiner })
  }
  return run({}, {})
}

async function withControlNet<T>(
  { backend }: TinyBench,
  use: (net: ControlNet) => Promise<T>,
): Promise<T> {
  const net = await openControlNet({ backend }, tinyModelFolder('control'))
  try {
    return await use(net)
  } finally {
    await net.close()
  }
}

/**
 * diffusers gives an inpainting UNet the mask and the masked picture and no more; our drawings also hold the rest of the
 * picture in place, as AUTOMATIC1111 does. So the sampler is run here without that.
 */
async function inpaint(
  { arrays, golden: { networks } }: TinyBench,
  golden: RunCase,
  pipeline: Pipeline,
): Promise<Float32Array> {
  const place = networks.find(({ model }) => model === golden.model)?.extra
  const [, height = 0, width = 0] = golden.latents.shape
  const { sampler, schedule, steps, cfg: cfgScale } = golden
  const { table, scheduler, text, guidance: mode } = pipeline
  const plan = planSampler({ sampler, schedule, steps }, table, scheduler)
  const checkpoint = async () => {}
  const denoise = createGuidedDenoiser(pipeline, {
    size: { width, height },
    prompts: await text.encode(
      {
        prompt: golden.prompt,
        negativePrompt: golden.negative,
        modelCalls: plan.modelCalls,
        isGuided: true,
      },
      checkpoint,
    ),
    cfgScale,
    mode,
    calls: plan.modelCalls,
    extra: place && arrays.floats(place),
    checkpoint,
  })
  const generator = createTorchGenerator(golden.seed)
  const noise = () => generator.randn(4 * width * height)
  const x = Float64Array.from(noise(), (value) => value * plan.initialScale)
  for await (const _ of plan.run({ x, denoise, noise }));
  return Float32Array.from(x)
}
