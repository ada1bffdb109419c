import { type JobSpec, type ModelManifest, SAMPLERS, SCHEDULES } from '@reverie/core'
import { ENGINE_VERSION } from '../version.ts'

/** What the settings text of an image states. */
export type ImageParameters = Pick<
  JobSpec,
  | 'prompt'
  | 'negativePrompt'
  | 'steps'
  | 'sampler'
  | 'schedule'
  | 'cfgScale'
  | 'seed'
  | 'width'
  | 'height'
>

/** Digits of a file's SHA-256 that AUTOMATIC1111 calls a model hash. */
const MODEL_HASH_DIGITS = 10

/**
 * The `parameters` text of AUTOMATIC1111: the prompt, the negative prompt where there is one, a line of settings. The
 * model hash is that of the UNet's weights, since an ONNX model has no single checkpoint file.
 */
export function formatParameters(
  spec: ImageParameters,
  manifest: Pick<ModelManifest, 'name' | 'files'>,
): string {
  const settings: Record<string, string | number | undefined> = {
    Steps: spec.steps,
    Sampler: SAMPLERS[spec.sampler].a1111[0],
    // DDIM has timesteps of its own.
    'Schedule type': spec.sampler === 'ddim' ? undefined : SCHEDULES[spec.schedule].a1111[0],
    'CFG scale': spec.cfgScale,
    Seed: spec.seed,
    Size: `${spec.width}x${spec.height}`,
    'Model hash': modelHash(manifest),
    Model: manifest.name,
    RNG: 'CPU',
    Version: `reverie ${ENGINE_VERSION}`,
  }
  const line = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${quoted(String(value))}`)
    .join(', ')
  const negative = spec.negativePrompt === '' ? [] : [`Negative prompt: ${spec.negativePrompt}`]
  return [spec.prompt, ...negative, line].join('\n')
}

/** Readers split the settings at commas and colons, so a value that has any goes into JSON quotes. */
const quoted = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value)

/** The largest file of the UNet holds its weights, whether inside the graph or beside it. */
function modelHash({ files }: Pick<ModelManifest, 'files'>): string | undefined {
  const [largest] = files
    .filter((file) => file.path.startsWith('unet/'))
    .toSorted((a, b) => b.size - a.size)
  return largest?.sha256.slice(0, MODEL_HASH_DIGITS)
}
