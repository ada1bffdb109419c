import {
  automaticSchedule,
  LATENT_UPSCALERS,
  RENDER_LIMITS,
  Seed,
  samplerNamed,
  scheduleNamed,
} from '@reverie/core'
import type { PictureSettings, ReadSettings } from '../settings.ts'
import { UPSCALER_NAMES } from './format-settings.ts'
import { splitSettings } from './split-settings.ts'

/** Text longer than this is no settings text: two prompts at their limits and a line of a few hundred values. */
const MAX_CHARS = 3 * RENDER_LIMITS.promptChars

type Fields = Partial<PictureSettings>
/** Fields that a value stands for; undefined when it cannot be understood. */
type Reader = (value: string) => Fields | undefined

/**
 * Reads AUTOMATIC1111's settings text, whoever wrote it. Never throws: what is not understood is listed in `others`.
 * Undefined when the text is no settings text at all.
 */
export function parseSettings(text: string): ReadSettings | undefined {
  if (text.length > MAX_CHARS) return undefined
  const { prompt, negativePrompt, values } = splitSettings(text)
  if (values.size === 0) return undefined
  const others: Record<string, string> = {}
  let fields: Fields = {}
  for (const [name, value] of values) {
    const read = Object.hasOwn(READERS, name) ? READERS[name]?.(value) : undefined
    if (read === undefined) others[name] = value
    else fields = { ...fields, ...read }
  }
  const combined = together(values)
  // Without a second pass it is the share of an input picture, which no file names in a way that finds it.
  if (combined.hires !== undefined) delete others['Denoising strength']
  return {
    source: 'a1111',
    settings: { prompt, negativePrompt, ...fields, ...automatic(values, fields), ...combined },
    others,
  }
}

const numberOf = (value: string): number | undefined => {
  const number = Number(value)
  return value !== '' && Number.isFinite(number) ? number : undefined
}

const numeric =
  (field: 'cfgRescale' | 'cfgScale' | 'clipSkip' | 'eta' | 'steps'): Reader =>
  (value) => {
    const number = numberOf(value)
    return number === undefined ? undefined : { [field]: number }
  }

const READERS: Readonly<Record<string, Reader>> = {
  Steps: numeric('steps'),
  'CFG scale': numeric('cfgScale'),
  'Clip skip': numeric('clipSkip'),
  Eta: numeric('eta'),
  'CFG Rescale': numeric('cfgRescale'),
  Sampler: (value) => samplerNamed(value),
  'Schedule type': (value) => {
    if (value === 'Automatic') return {}
    const schedule = scheduleNamed(value)
    return schedule === undefined ? undefined : { schedule }
  },
  Seed: (value) => (Seed.safeParse(value).success ? { seed: value } : undefined),
  Size: (value) => {
    const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(value) ?? []
    return width && height ? { width: Number(width), height: Number(height) } : undefined
  },
  Model: (value) => ({ model: value }),
  RNG: (value) => RNG_NAMES[value],
  'Prompt syntax': (value) =>
    value === 'comfy' || value === 'plain' ? { promptSyntax: value } : undefined,
  // These make one field together, below.
  'Variation seed': (value) => (Seed.safeParse(value).success ? {} : undefined),
  'Variation seed strength': (value) => (numberOf(value) === undefined ? undefined : {}),
  'Hires upscale': (value) => (numberOf(value) === undefined ? undefined : {}),
  'Hires steps': (value) => (numberOf(value) === undefined ? undefined : {}),
  'Hires upscaler': () => ({}),
}

const RNG_NAMES: Readonly<Record<string, Fields>> = {
  CPU: { rng: 'torch-cpu' },
  NV: { rng: 'philox' },
  // What torch draws on the GPU is what Philox draws.
  GPU: { rng: 'philox' },
}

/** AUTOMATIC1111's default: the schedule that suits the sampler. */
const automatic = (values: ReadonlyMap<string, string>, { sampler }: Fields): Fields =>
  values.get('Schedule type') === 'Automatic' && sampler !== undefined
    ? { schedule: automaticSchedule(sampler) }
    : {}

/** Ours for AUTOMATIC1111's ways to enlarge latents, which has more; else the name of a model. */
function upscalerNamed(name: string): string {
  const known = LATENT_UPSCALERS.find((each) => UPSCALER_NAMES[each] === name)
  if (known !== undefined) return known
  return name.startsWith('Latent') ? 'latent' : name
}

function together(values: ReadonlyMap<string, string>): Fields {
  const number = (name: string) => numberOf(values.get(name) ?? '')
  const [seed, share] = [values.get('Variation seed'), number('Variation seed strength')]
  const scale = number('Hires upscale')
  const steps = number('Hires steps')
  const strength = number('Denoising strength')
  const upscaler = values.get('Hires upscaler')
  return {
    ...(Seed.safeParse(seed).success && share !== undefined
      ? { variation: { seed: seed ?? '', strength: share } }
      : {}),
    ...(scale === undefined
      ? {}
      : {
          hires: {
            scale,
            // AUTOMATIC1111 writes 0 for "as many as the first pass".
            ...(steps ? { steps } : {}),
            ...(strength === undefined ? {} : { strength }),
            ...(upscaler === undefined ? {} : { upscaler: upscalerNamed(upscaler) }),
          },
        }),
  }
}
