import { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { isRefiner } from './detect-family.ts'
import { ModelIndex, TextEncoderConfig, UnetConfig, VaeConfig } from './model-configs.ts'
import { readModelJson, readOptionalJson } from './model-files.ts'

/** What the JSON files of a checkpoint say. */
export interface CheckpointConfigs {
  readonly index: ModelIndex
  /** Of the only text encoder, or of SDXL's first. Undefined for a refiner. */
  readonly text: TextEncoderConfig | undefined
  /** SDXL's second. */
  readonly text2: TextEncoderConfig | undefined
  readonly unet: UnetConfig
  readonly vae: VaeConfig
  readonly scheduler: SchedulerConfig
}

/**
 * Reads the configs of a model folder in the layout of diffusers and optimum. The first export scripts left out those beside
 * the graphs: what only they say then has diffusers' defaults.
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readConfigs(folder: string): Promise<CheckpointConfigs> {
  const index = await readModelJson(folder, 'model_index.json', ModelIndex)
  const text = (part: string) => readOptionalJson(folder, `${part}/config.json`, TextEncoderConfig)
  const hasSecond = index.text_encoder_2 !== undefined && index.text_encoder_2[1] !== null
  return {
    index,
    text: isRefiner(index) ? undefined : await text('text_encoder'),
    text2: hasSecond ? await text('text_encoder_2') : undefined,
    unet: await readOptionalJson(folder, 'unet/config.json', UnetConfig),
    vae: await readOptionalJson(folder, 'vae_decoder/config.json', VaeConfig),
    scheduler: await readModelJson(folder, 'scheduler/scheduler_config.json', SchedulerConfig),
  }
}
