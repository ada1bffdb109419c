import {
  type JobSpec,
  LATENT_UPSCALERS,
  type ManifestCid,
  type ModelManifest,
  SAMPLERS,
  SCHEDULES,
} from '@reverie/core'

/** A model as settings name it. */
export type NamedModel = Pick<ModelManifest, 'name' | 'files'>

export interface SettingsModels {
  readonly model: NamedModel
  /** Every other model that the job names; one that is missing is stated by its CID. */
  readonly further?: ReadonlyMap<ManifestCid, NamedModel>
}

/** What of a job its settings state. */
export type StatedJob = Omit<JobSpec, 'v' | 'job' | 'model' | 'nonce'>

/** Digits of a file's SHA-256 that AUTOMATIC1111 calls a model hash. */
const MODEL_HASH_DIGITS = 10

/** What AUTOMATIC1111 calls the ways to enlarge latents. */
export const UPSCALER_NAMES: Readonly<Record<(typeof LATENT_UPSCALERS)[number], string>> = {
  latent: 'Latent',
  latent_bicubic: 'Latent (bicubic)',
  latent_nearest: 'Latent (nearest)',
}

/**
 * The settings text of AUTOMATIC1111 ("parameters", "infotext"): the prompt with its LoRAs, the negative prompt where
 * there is one, a line of settings in AUTOMATIC1111's order. The model hash is that of the UNet's weights, since an ONNX
 * model has no single checkpoint file.
 * @param version of the program that drew it, e.g. "reverie 0.1.0"
 */
export function formatSettings(job: StatedJob, models: SettingsModels, version: string): string {
  const name = (cid: ManifestCid) => models.further?.get(cid)?.name ?? cid
  const tags = (job.loras ?? []).map(({ model, weight }) => `<lora:${name(model)}:${weight}>`)
  const prompt = [job.prompt, ...tags].filter((part) => part !== '').join(' ')
  const line = Object.entries({ ...firstSettings(job, models), ...techniqueSettings(job, name) })
    .concat([['Version', version]])
    .filter((entry) => entry[1] !== undefined)
    .map(([key, value]) => `${key}: ${quoted(String(value))}`)
    .join(', ')
  const negative = job.negativePrompt === '' ? [] : [`Negative prompt: ${job.negativePrompt}`]
  return [prompt, ...negative, line].join('\n')
}

type Stated = Readonly<Record<string, string | number | undefined>>

function firstSettings(job: StatedJob, { model }: SettingsModels): Stated {
  const { scheduled, a1111 } = SAMPLERS[job.sampler]
  return {
    Steps: job.steps,
    Sampler: a1111[0],
    'Schedule type': scheduled ? SCHEDULES[job.schedule].a1111[0] : undefined,
    'CFG scale': job.cfgScale,
    Seed: job.seed,
    Size: `${job.width}x${job.height}`,
    'Model hash': modelHash(model),
    Model: model.name,
  }
}

function techniqueSettings(job: StatedJob, name: (cid: ManifestCid) => string): Stated {
  const { variation, init, inpaint, outpaint, hires, refiner, restoreFaces, upscale } = job
  const strength = hires?.strength ?? init?.strength
  return {
    'Face restoration': restoreFaces && name(restoreFaces.model),
    'Variation seed': variation?.seed,
    'Variation seed strength': variation?.strength,
    'Denoising strength': strength,
    'Clip skip': job.clipSkip,
    Eta: job.eta,
    'CFG Rescale': job.cfgRescale,
    'Prompt syntax': job.promptSyntax === 'a1111' ? undefined : job.promptSyntax,
    'Init image hash': init?.image.slice(0, MODEL_HASH_DIGITS),
    RNG: job.rng === 'philox' ? 'NV' : 'CPU',
    'Mask blur': inpaint?.blur,
    'Masked content': inpaint?.fill,
    'Inpaint area': inpaint && (inpaint.area === 'masked' ? 'Only masked' : 'Whole picture'),
    Outpaint: outpaint && [outpaint.left, outpaint.top, outpaint.right, outpaint.bottom].join(' '),
    ...controlSettings(job, name),
    'Hires upscale': hires?.scale,
    'Hires steps': hires?.steps,
    'Hires upscaler': hires && upscalerName(hires.upscaler, name),
    Refiner: refiner && name(refiner.model),
    'Refiner switch at': refiner?.switchAt,
    'Postprocess upscale by': upscale?.scale,
    'Postprocess upscaler': upscale && name(upscale.model),
    'TI names': list((job.embeddings ?? []).map(({ model }) => name(model))),
  }
}

const controlSettings = (job: StatedJob, name: (cid: ManifestCid) => string): Stated =>
  Object.fromEntries(
    (job.control ?? []).map(({ model, preprocessor, weight, start, end }, index) => [
      `ControlNet ${index}`,
      `Module: ${preprocessor}, Model: ${name(model)}, Weight: ${weight}, Guidance Start: ${start}, Guidance End: ${end}`,
    ]),
  )

const list = (names: readonly string[]) => (names.length === 0 ? undefined : names.join(', '))

function upscalerName(upscaler: string, name: (cid: ManifestCid) => string): string {
  const latent = LATENT_UPSCALERS.find((each) => each === upscaler)
  return latent === undefined ? name(upscaler as ManifestCid) : UPSCALER_NAMES[latent]
}

/** Readers split the settings at commas and colons, so a value that has any goes into JSON quotes. */
const quoted = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value)

/** The largest file of the UNet holds its weights, whether inside the graph or beside it. */
function modelHash({ files }: NamedModel): string | undefined {
  const [largest] = files
    .filter((file) => file.path.startsWith('unet/'))
    .toSorted((a, b) => b.size - a.size)
  return largest?.sha256.slice(0, MODEL_HASH_DIGITS)
}
