import { readTokenizer } from '../../packages/engine/src/in-process.ts'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'
import { type TinyModelName, tinyModelFolder } from '../../packages/tiny-models/src/index.ts'
import { largestDifference, type Outcome, relativeL2 } from './outcome.ts'
import {
  checked,
  encodePrompt,
  levelError,
  SEED,
  type TinyBench,
  tinyCompanion,
} from './tiny-models.ts'
import type { NetworkCase, TextCase } from './tiny-models-file.ts'

/** Relative L2; pictures a share of the whole range. */
const TOLERANCE = { ids: 0, text: 1e-4, unet: 1e-4, encoder: 1e-4, decoder: 0.5 / 255 } as const
/** float16 keeps 11 bits, of weights as of what flows between them. */
const HALF = { text: 5e-3, unet: 2e-2, encoder: 2e-2, decoder: 1 / 255 } as const

/** Other exports of the networks of `sd15`, and how close each must be. */
export const SD15_FORMS: readonly (readonly [TinyModelName, 'single' | 'half'])[] = [
  ['sd15-fp16', 'half'],
  ['sd15-io16', 'half'],
  ['sd15-legacy', 'single'],
  ['sd15-external', 'single'],
  ['sd15-taesd', 'single'],
]

/** Every network of every checkpoint, called once. */
export async function checkTinyNetworks(bench: TinyBench): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const golden of bench.golden.networks) {
    outcomes.push(...(await checkNetworks(bench, golden, golden.model, TOLERANCE)))
    if (golden.model !== 'sd15') continue
    for (const [form, kind] of SD15_FORMS) {
      const tolerance = kind === 'half' ? { ...TOLERANCE, ...HALF } : TOLERANCE
      outcomes.push(...(await checkNetworks(bench, golden, form, tolerance)))
    }
  }
  for (const golden of bench.golden.texts) outcomes.push(...(await checkText(bench, golden)))
  return outcomes
}

async function checkNetworks(
  { arrays, golden: { picture: place }, pipeline: open }: TinyBench,
  golden: NetworkCase,
  model: TinyModelName,
  tolerance: Record<keyof typeof TOLERANCE, number>,
): Promise<Outcome[]> {
  const { floats, bytes } = arrays
  const [height = 0, width = 0] = place.shape
  const size = { width: width / 8, height: height / 8 }
  const pipeline = await open(model)
  const outcomes: Outcome[] = []
  const add = (part: keyof typeof TOLERANCE, name: string, error: number) =>
    outcomes.push(checked(part, `${model} ${name}`, error, tolerance[part]))
  add('ids', 'token ids', await idsError(model, golden))

  const condition = await encodePrompt(pipeline, golden.prompt)
  add('text', 'embedding', relativeL2(condition.embedding, floats(golden.text)))
  if (golden.pooled !== undefined) {
    add('text', 'pooled', relativeL2(condition.pooled ?? [], floats(golden.pooled)))
  }

  const sample = createTorchGenerator(SEED).randn(4 * size.width * size.height)
  const call = {
    sample,
    size,
    timestep: golden.timestep,
    rows: [condition],
    extra: golden.extra && floats(golden.extra),
    residuals: golden.residuals?.map(floats),
    cfgScale: golden.cfg,
  }
  const [predicted] = await pipeline.unet.predict(call)
  add('unet', 'one call', relativeL2(predicted ?? [], floats(golden.unet)))
  if (golden.unet_sized !== undefined && golden.sizes !== undefined) {
    const [sized] = await pipeline.unet.predict({ ...call, sizes: sizesOf(golden.sizes) })
    add('unet', 'told of other sizes', relativeL2(sized ?? [], floats(golden.unet_sized)))
  }

  const planes = toPlanes(bytes(place))
  const { mean, deviation } = await pipeline.vae.encode(planes, size)
  // An old export draws its latents in the graph: there is no mean to compare.
  if (deviation !== undefined) {
    add('encoder', 'mean', relativeL2(mean, floats(golden.encoded_mean)))
    add('encoder', 'deviation', relativeL2(deviation, floats(golden.encoded_deviation)))
  }
  const decoded = toBytes(await pipeline.vae.decode(sample, size))
  add('decoder', 'picture', levelError(decoded, bytes(golden.decoded)))
  return outcomes
}

/** SDXL's texts with an embedding in them. */
async function checkText({ arrays, pipeline }: TinyBench, golden: TextCase): Promise<Outcome[]> {
  const { file } = await tinyCompanion(golden.embedding.name)
  const embeddings = [{ name: golden.embedding.token, file }]
  const opened = await pipeline(golden.model, { loras: [], embeddings })
  const condition = await encodePrompt(opened, golden.prompt)
  const name = `${golden.model} with an embedding,`
  const error = (ours: Float32Array | undefined, place: TextCase['text']) =>
    relativeL2(ours ?? [], arrays.floats(place))
  return [
    checked('text', `${name} embedding`, error(condition.embedding, golden.text), TOLERANCE.text),
    checked('text', `${name} pooled`, error(condition.pooled, golden.pooled), TOLERANCE.text),
  ]
}

async function idsError(model: TinyModelName, { prompt, ids }: NetworkCase): Promise<number> {
  const [first = []] = ids
  const folders = model === 'sdxl-refiner' ? ['tokenizer_2'] : ['tokenizer', 'tokenizer_2']
  const errors = ids.map(async (expected, i) => {
    const folder = folders[i] === 'tokenizer_2' ? 'tokenizer_2' : 'tokenizer'
    const tokenizer = await readTokenizer(tinyModelFolder(model), folder)
    return largestDifference(tokenizer.encodeWindow(prompt).ids, expected)
  })
  return first.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...(await Promise.all(errors)))
}

const sizesOf = ([oh, ow, top, left, th, tw]: NonNullable<NetworkCase['sizes']>) => ({
  original: { width: ow, height: oh },
  crop: { left, top },
  target: { width: tw, height: th },
})

/** Interleaved bytes -> [3, height, width] from -1 to 1. */
function toPlanes(rgb: Uint8Array): Float32Array {
  const area = rgb.length / 3
  return Float32Array.from(
    rgb,
    (_, i) => (rgb[(i % area) * 3 + Math.floor(i / area)] ?? 0) / 127.5 - 1,
  )
}

/** [3, height, width] from -1 to 1 -> interleaved bytes. */
function toBytes(planes: Float32Array): Uint8Array {
  const area = planes.length / 3
  return Uint8Array.from(planes, (_, i) => {
    const value = planes[(i % 3) * area + Math.floor(i / 3)] ?? 0
    return (Math.min(1, Math.max(-1, value)) + 1) * 127.5 + 0.5
  })
}
