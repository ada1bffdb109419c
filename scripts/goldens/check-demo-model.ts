import {
  type Sampler,
  Sampler as SamplerName,
  type Schedule,
  Schedule as ScheduleName,
} from '../../packages/core/src/index.ts'
import {
  type ClipTokenizer,
  createOnnxRuntimeBackend,
  draw,
  openPipeline,
  type Pipeline,
  readTokenizer,
  SCHEDULE_FUNCTIONS,
} from '../../packages/engine/src/in-process.ts'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'
import {
  type ArrayReader,
  type DemoModelCase,
  DemoModelFile,
  readArrays,
} from './demo-model-file.ts'
import { largestDifference, type Outcome, relativeL2 } from './outcome.ts'
import { readGoldenBytes, readGoldenJson } from './read-golden.ts'

const TOLERANCE = {
  ids: 0,
  sigmas: 1e-5,
  noise: 1e-6,
  text: 1e-4,
  unet: 1e-3,
  latent: 5e-3,
  pixels: 1 / 255,
} as const

/** What int8 kernels of another CPU than the reference's may add: see packages/engine/test/golden/README.md. */
const CPU_NOISE: Partial<Record<Part, number>> = { text: 2e-3, unet: 1e-2, latent: 1e-2 }

type Part = keyof typeof TOLERANCE
const PARTS = Object.keys(TOLERANCE) as Part[]

export async function checkDemoModel(
  folder: string,
  model: string,
  isStrict: boolean,
): Promise<Outcome[]> {
  const { cases } = await readGoldenJson(folder, 'demo-model.json', DemoModelFile)
  const arrays = readArrays(await readGoldenBytes(folder, 'demo-model.bin'))
  const tokenizer = await readTokenizer(model)
  const pipeline = await openPipeline({ backend: await createOnnxRuntimeBackend() }, model)
  try {
    const outcomes: Outcome[] = []
    for (const each of cases) {
      const ofCase = await checkCase(each, arrays, { pipeline, tokenizer })
      outcomes.push(...(isStrict ? ofCase : ofCase.map(withKernelNoise(ofCase))))
    }
    return outcomes
  } finally {
    await pipeline.close()
  }
}

const groupOf = (part: Part): string => `demo-model ${part}`

/** Allows for kernel noise in a case whose finished pixels are right. */
function withKernelNoise(ofCase: readonly Outcome[]): (outcome: Outcome) => Outcome {
  const isPictureWrong = ofCase.some(
    (each) =>
      each.type === 'checked' && each.group === groupOf('pixels') && each.error > each.tolerance,
  )
  return (outcome) => {
    const part = PARTS.find((each) => groupOf(each) === outcome.group)
    const kernelNoise = part && CPU_NOISE[part]
    return isPictureWrong || kernelNoise === undefined || outcome.type === 'skipped'
      ? outcome
      : { ...outcome, kernelNoise }
  }
}

async function checkCase(
  golden: DemoModelCase,
  arrays: ArrayReader,
  { pipeline, tokenizer }: { readonly pipeline: Pipeline; readonly tokenizer: ClipTokenizer },
): Promise<Outcome[]> {
  const label = `${golden.sampler} ${golden.schedule} ${golden.steps} steps cfg ${golden.cfg}`
  const result = (part: Part, error: number): Outcome => ({
    type: 'checked',
    group: groupOf(part),
    name: label,
    error,
    tolerance: TOLERANCE[part],
  })
  const { ids } = tokenizer.encodeWindow(golden.prompt)
  const text = await embeddingOf(pipeline, golden.prompt)
  const noise = arrays(golden.noise)
  const [, , height = 0, width = 0] = golden.noise.shape
  const [unet] = await pipeline.unet.predict({
    sample: noise,
    size: { width, height },
    timestep: 500,
    rows: [text],
  })
  const outcomes = [
    result('ids', largestDifference(ids, golden.ids)),
    result('text', largestDifference(text.embedding, arrays(golden.text_embedding))),
    result(
      'noise',
      largestDifference(createTorchGenerator(golden.seed).randn(noise.length), noise),
    ),
    result('unet', relativeL2(unet ?? [], arrays(golden.unet_at_t500_on_noise))),
  ]
  const sampler = SamplerName.safeParse(golden.sampler)
  const schedule = ScheduleName.safeParse(golden.schedule)
  if (!sampler.success || !schedule.success) {
    const what = sampler.success ? `schedule ${golden.schedule}` : `sampler ${golden.sampler}`
    const why = `${what} is not implemented`
    return [...outcomes, { type: 'skipped', group: 'demo-model latent, pixels', name: label, why }]
  }
  const picture = await checkPicture(golden, arrays, pipeline, sampler.data, schedule.data)
  return [...outcomes, ...picture.map(([part, error]) => result(part, error))]
}

async function embeddingOf({ text }: Pipeline, prompt: string) {
  const { positive } = await text.encode(
    { prompt, negativePrompt: '', syntax: 'plain', modelCalls: 1, isGuided: false },
    async () => {},
  )
  const [part] = positive.at(0)
  if (part === undefined) throw new Error('the prompt was encoded to nothing')
  return part.condition
}

async function checkPicture(
  golden: DemoModelCase,
  arrays: ArrayReader,
  pipeline: Pipeline,
  sampler: Sampler,
  schedule: Schedule,
): Promise<[Part, number][]> {
  const [, , height = 0, width = 0] = golden.noise.shape
  const { trajectory, pixels } = await draw(pipeline, {
    prompt: golden.prompt,
    negativePrompt: golden.negative,
    width: width * 8,
    height: height * 8,
    steps: golden.steps,
    sampler,
    schedule,
    cfgScale: golden.cfg,
    seed: golden.seed,
    rng: 'torch-cpu',
  })
  const sigmas = SCHEDULE_FUNCTIONS[schedule](pipeline.table, golden.steps)
  const relative = sigmas.map(
    (sigma, i) => (sigma - (golden.sigmas[i] ?? Number.NaN)) / (sigma || 1),
  )
  const latent = relativeL2(trajectory.at(-1) ?? [], arrays(golden.latent))
  return [
    ['sigmas', largestDifference(relative, new Float64Array(golden.sigmas.length))],
    ['latent', latent],
    ...(golden.image === undefined
      ? []
      : [['pixels', pixelError(pixels, arrays(golden.image))] satisfies ['pixels', number]]),
  ]
}

/** Mean absolute difference of the clamped values, where 1 is the whole range from black to white. */
function pixelError(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY
  const clamp = (value: number) => Math.min(1, Math.max(-1, value))
  const sum = ours.reduce(
    (all, value, i) => all + Math.abs(clamp(value) - clamp(theirs[i] ?? Number.NaN)),
    0,
  )
  return sum / 2 / ours.length
}
