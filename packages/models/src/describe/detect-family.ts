import { type ModelFamily, ReverieError } from '@reverie/core'
import type { ModelIndex, TextEncoderConfig, UnetConfig } from './checkpoint-configs.ts'

/** diffusers' pipelines, and those of its ONNX scripts, optimum and OpenVINO. */
const PIPELINE =
  /^(?:Onnx|ORT|OV)?(StableDiffusionXL|StableDiffusion|LatentConsistencyModel)(?:ControlNet)?(?:Img2Img|Inpaint)?Pipeline(?:Legacy)?$/

/** Width of a text, by family: CLIP-L, OpenCLIP-H, both of SDXL's encoders, its second alone. */
const FAMILY_OF_WIDTH: Readonly<Record<number, ModelFamily>> = {
  768: 'sd1',
  1024: 'sd2',
  2048: 'sdxl',
  1280: 'sdxl_refiner',
}

/** The family that takes texts of this width; undefined for a width that none has. */
export const familyOfWidth = (width: number | undefined): ModelFamily | undefined =>
  width === undefined ? undefined : FAMILY_OF_WIDTH[width]

/**
 * Tells the family of a checkpoint by its pipeline and, between Stable Diffusion 1 and 2, its text encoder.
 * @throws ReverieError `model_invalid` for pipelines that the engine cannot run
 */
export function detectFamily(
  index: ModelIndex,
  text: TextEncoderConfig,
  unet: UnetConfig,
): ModelFamily {
  const [, network] = PIPELINE.exec(index._class_name) ?? []
  if (network === undefined) {
    throw new ReverieError(
      'model_invalid',
      `model_index.json names the pipeline ${JSON.stringify(index._class_name)}, which the engine cannot run`,
      {
        file: 'model_index.json',
        field: '_class_name',
        accepted:
          'StableDiffusionPipeline, StableDiffusionXLPipeline, LatentConsistencyModelPipeline',
      },
    )
  }
  if (network === 'StableDiffusionXL') return isRefiner(index) ? 'sdxl_refiner' : 'sdxl'
  const width = familyOfWidth(text.hidden_size) ?? familyOfWidth(widthOf(unet))
  return width === 'sd2' || text.hidden_act === 'gelu' ? 'sd2' : 'sd1'
}

const isRefiner = (index: ModelIndex): boolean =>
  index.requires_aesthetics_score === true ||
  (!isThere(index.text_encoder) && isThere(index.text_encoder_2))

const isThere = (component: ModelIndex['text_encoder']): boolean => Boolean(component?.[1])

const widthOf = ({ cross_attention_dim: dim }: UnetConfig): number | undefined =>
  (Array.isArray(dim) ? dim[0] : dim) ?? undefined
