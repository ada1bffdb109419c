import { type ModelFamily, type ModelManifest, ReverieError } from '@reverie/core'
import { companionTraits } from './companion-traits.ts'
import { familyOfWidth } from './detect-family.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors-header.ts'
import type { ModelTraits, StatedTraits } from './traits.ts'

/** As much of a LoRA's key as tells that it is one: kohya, LyCORIS, diffusers, PEFT. */
const LORA_KEY = /(?:lora[._](?:up|down|A|B|linear)|\.(?:hada|lokr|oft)_|\.diff$|dora_scale)/
/** Parts that only SDXL has. */
const SDXL_KEY =
  /^(?:lora|lycoris)_te2_|^text_encoder_2\.|_(?:input|output)_blocks_\d+_1_transformer_blocks_[1-9]/
/** What the trainers write about the base: kohya's and Stability's modelspec. */
const BASES: readonly (readonly [RegExp, ModelFamily])[] = [
  [/sdxl|stable-diffusion-xl/i, 'sdxl'],
  [/sd_v2|stable-diffusion-v2/i, 'sd2'],
  [/sd_v1|stable-diffusion-v1/i, 'sd1'],
]
/** Cross attention's keys: they take the text. */
const TEXT_LAYER = /attn2[._]to_[kv].*(?:down|A)\.weight$/

/**
 * Tells what a .safetensors file is: a LoRA or a textual inversion, and for which family.
 * @throws ReverieError `model_invalid` for other files; `invalid_option` where the family cannot be told and none was said
 */
export async function describeAdapter(
  path: string,
  shown: string,
  stated: StatedTraits,
  bytes: number,
): Promise<ModelTraits> {
  const header = await readSafetensorsHeader(path, shown)
  const kind = stated.kind ?? kindOf(header)
  if (kind === undefined) {
    const names = [...header.tensors.keys()].slice(0, 3).join(', ')
    throw new ReverieError(
      'model_invalid',
      `${shown} is neither a LoRA nor a textual inversion (its tensors are ${names || 'none'}...). A whole checkpoint has to be converted to ONNX first: see models convert-help`,
      { file: shown },
    )
  }
  const family =
    stated.family ?? (kind === 'embedding' ? embeddingFamily(header) : loraFamily(header))
  if (family === undefined) {
    throw new ReverieError(
      'invalid_option',
      `${shown} does not say which family it is for; say it with --family`,
      { field: 'family', file: shown, accepted: 'sd1, sd2, sdxl, sdxl_refiner' },
    )
  }
  return companionTraits(kind, family, precisionOf(header), bytes)
}

function kindOf({ tensors }: SafetensorsHeader): 'lora' | 'embedding' | undefined {
  const names = [...tensors.keys()]
  if (names.some((name) => LORA_KEY.test(name))) return 'lora'
  const isEmbedding =
    tensors.has('emb_params') || tensors.has('clip_l') || (names.length === 1 && isVectors(tensors))
  return isEmbedding ? 'embedding' : undefined
}

const isVectors = (tensors: SafetensorsHeader['tensors']): boolean =>
  [...tensors.values()].every(({ shape }) => shape.length <= 2 && (shape.at(-1) ?? 0) >= 16)

function embeddingFamily({ tensors }: SafetensorsHeader): ModelFamily | undefined {
  if (tensors.has('clip_g')) return tensors.has('clip_l') ? 'sdxl' : 'sdxl_refiner'
  const [only] = tensors.values()
  return familyOfWidth((tensors.get('emb_params') ?? only)?.shape.at(-1))
}

function loraFamily({ tensors, metadata }: SafetensorsHeader): ModelFamily | undefined {
  const said = `${metadata.ss_base_model_version ?? ''} ${metadata['modelspec.architecture'] ?? ''}`
  const base = BASES.find(([pattern]) => pattern.test(said))?.[1]
  if (base !== undefined) return base
  if ([...tensors.keys()].some((name) => SDXL_KEY.test(name))) return 'sdxl'
  for (const [name, { shape }] of tensors) {
    if (TEXT_LAYER.test(name)) return familyOfWidth(shape[1])
  }
  return undefined
}

function precisionOf({ tensors }: SafetensorsHeader): ModelManifest['precision'] {
  const isHalf = [...tensors.values()].some(({ dtype }) => dtype === 'F16' || dtype === 'BF16')
  return isHalf ? 'fp16' : 'fp32'
}
