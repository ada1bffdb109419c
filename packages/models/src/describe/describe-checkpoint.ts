import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelFeature } from '@reverie/core'
import { ModelIndex, SchedulerConfig, TextEncoderConfig, UnetConfig } from './checkpoint-configs.ts'
import { detectFamily } from './detect-family.ts'
import { drawSettings } from './draw-defaults.ts'
import { type GraphFacts, readGraphFacts } from './graph-facts.ts'
import { readModelJson } from './model-json.ts'
import type { ModelTraits } from './traits.ts'
import { isPatchable, peakMemory, precisionOf } from './weights.ts'

const INPAINT_CHANNELS = 9
const RESIDUAL = 'down_block_additional_residual_0'

/**
 * Tells what a folder in the layout of diffusers and optimum holds.
 * @param name that of the repository or folder
 * @throws ReverieError `model_invalid`, `model_file_missing`
 */
export async function describeCheckpoint(
  folder: string,
  name: string,
  weightBytes: number,
): Promise<ModelTraits> {
  const index = await readModelJson(folder, 'model_index.json', ModelIndex)
  const unet = await readModelJson(folder, 'unet/config.json', UnetConfig)
  const scheduler = await readModelJson(folder, 'scheduler/scheduler_config.json', SchedulerConfig)
  const text = await readModelJson(folder, 'text_encoder/config.json', TextEncoderConfig)
  const graph = 'unet/model.onnx'
  const facts = await readGraphFacts(join(folder, graph), graph)
  const family = detectFamily(index, text, unet)
  const settings = drawSettings(family, { unet, scheduler, facts, name })
  const { width, height } = settings.defaults
  return {
    kind: 'checkpoint',
    family,
    features: await featuresOf(folder, facts, unet),
    precision: precisionOf(facts),
    ...settings,
    peakMemory: peakMemory(weightBytes, width * height),
  }
}

async function featuresOf(
  folder: string,
  facts: GraphFacts,
  unet: UnetConfig,
): Promise<ModelFeature[]> {
  const canInit = await isFile(join(folder, 'vae_encoder/model.onnx'))
  const channels = facts.inputs.find(({ name }) => name === 'sample')?.dims[1] ?? unet.in_channels
  const canPatch = isPatchable(facts)
  const features: readonly (readonly [ModelFeature, boolean])[] = [
    ['init', canInit],
    // Every checkpoint that starts from pictures can keep what is outside a mask; one of nine channels is made for it.
    ['inpaint', canInit || channels === INPAINT_CHANNELS],
    ['control', facts.inputs.some(({ name }) => name === RESIDUAL)],
    ['lora', canPatch],
    ['embedding', canPatch],
  ]
  return features.filter(([, has]) => has).map(([feature]) => feature)
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
