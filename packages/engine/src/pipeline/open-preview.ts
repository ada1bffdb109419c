import { join } from 'node:path'
import { isReverieError, type ModelFamily } from '@reverie/core'
import { fitColours } from './fit-colours.ts'
import { GRAPH } from './graph-files.ts'
import type { LatentScaling } from './latent-scaling.ts'
import { FAMILY_SCALE, familyColours, type LinearColours } from './linear-colours.ts'
import { TinyDecoderConfig } from './model-configs.ts'
import { readOptionalJson } from './model-files.ts'
import type { ModelParts } from './model-parts.ts'
import { isThere } from './open-vae.ts'
import type { Pipeline, Vae } from './pipeline.ts'
import { createPreview } from './preview.ts'
import { createTinyDecoder } from './tiny-decoder.ts'

/** Folders that hold TAESD's decoder. */
const TINY_FOLDERS = ['taesd_decoder', 'vae_decoder_taesd']

interface PreviewModules {
  readonly parts: ModelParts
  readonly vae: Vae
}

/** @throws ReverieError as {@link ModelParts.open} */
export async function openPreview(
  { parts, vae }: PreviewModules,
  folder: string,
  family: ModelFamily,
  { scale }: LatentScaling,
): Promise<Pipeline['preview']> {
  const tiny = await openTiny(parts, folder)
  return createPreview({ tiny, colours: () => coloursOf(vae, family, scale) })
}

async function openTiny(parts: ModelParts, folder: string) {
  for (const name of TINY_FOLDERS) {
    const file = join(folder, name, GRAPH)
    if (!(await isThere(file))) continue
    const config = await readOptionalJson(folder, `${name}/config.json`, TinyDecoderConfig)
    const isDiffusers = config._class_name === 'AutoencoderTiny'
    const session = await parts.open('taesd_decoder', file)
    return createTinyDecoder(`${name}/${GRAPH}`, session, isDiffusers ? [-1, 1] : [0, 1])
  }
  return undefined
}

async function coloursOf(vae: Vae, family: ModelFamily, scale: number): Promise<LinearColours> {
  const known = familyColours(family, scale)
  if (known !== undefined) return known
  try {
    return await fitColours(vae.decode)
  } catch (error) {
    // A decoder of one fixed size cannot decode the patches; a preview in wrong colours still shows shapes.
    const fallback = familyColours(family, FAMILY_SCALE[family])
    if (isReverieError(error) && error.code === 'unsupported_by_model' && fallback) return fallback
    throw error
  }
}
