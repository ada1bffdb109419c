import { type ModelFamily, ReverieError } from '@reverie/core'
import type { ModelIndex, TextEncoderConfig, UnetConfig } from './model-configs.ts'

/** diffusers' names, and those of its ONNX scripts, optimum and OpenVINO before them. */
const EXPORTERS = /^(?:Onnx|ORT|OV)?/
/** What a pipeline is for does not change its networks: UNet metadata tells an inpainting model. */
const TASKS = /(?:ControlNet)?(?:Img2Img|Inpaint)?Pipeline(?:Legacy)?$/
const NETWORKS = {
  StableDiffusion: 'sd',
  LatentConsistencyModel: 'sd',
  StableDiffusionXL: 'sdxl',
} as const

/** Width of OpenCLIP-H, the text encoder of Stable Diffusion 2. */
const SD2_WIDTH = 1024

/**
 * Tells the family of a model folder from its `model_index.json` and, between Stable Diffusion 1 and 2, from the text
 * encoder: 2 has OpenCLIP's.
 * @throws ReverieError `model_invalid` for pipelines of other networks
 */
export function detectFamily(
  index: ModelIndex,
  { text, unet }: { readonly text: TextEncoderConfig | undefined; readonly unet: UnetConfig },
): ModelFamily {
  const name = index._class_name.replace(EXPORTERS, '').replace(TASKS, '')
  const network = Object.entries(NETWORKS).find(([known]) => known === name)?.[1]
  if (network === 'sdxl') return isRefiner(index) ? 'sdxl_refiner' : 'sdxl'
  if (network === 'sd') {
    const isSd2 =
      text?.hidden_act === 'gelu' ||
      text?.hidden_size === SD2_WIDTH ||
      unet.cross_attention_dim === SD2_WIDTH
    return isSd2 ? 'sd2' : 'sd1'
  }
  throw new ReverieError(
    'model_invalid',
    `model_index.json: field _class_name: ${index._class_name} is no pipeline that the engine knows`,
    {
      file: 'model_index.json',
      field: '_class_name',
      accepted: Object.keys(NETWORKS)
        .map((known) => `${known}Pipeline`)
        .join(', '),
    },
  )
}

/** SDXL's refiner has the second text encoder only, and is told a score in the place of a size. */
export const isRefiner = ({
  text_encoder,
  text_encoder_2,
  requires_aesthetics_score,
}: ModelIndex): boolean =>
  requires_aesthetics_score || (!isThere(text_encoder) && isThere(text_encoder_2))

const isThere = (component: ModelIndex['text_encoder']): boolean =>
  component !== undefined && component[1] !== null
