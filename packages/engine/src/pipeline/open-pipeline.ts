import { type Logger, ReverieError, silentLogger } from '@reverie/core'
import type { GraphCache } from '../graph/index.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { createNoiseTable } from '../schedules/noise-table.ts'
import { type AdapterFiles, adaptGraphs } from './adapt-graphs.ts'
import { detectFamily } from './detect-family.ts'
import { GRAPH, graphBytes } from './graph-files.ts'
import { createModelParts, graphOf } from './model-parts.ts'
import { openPreview } from './open-preview.ts'
import { type EncoderPlan, openText, withNotes } from './open-text.ts'
import { latentScaling, openVae } from './open-vae.ts'
import type { GuidanceMode, Pipeline } from './pipeline.ts'
import { type CheckpointConfigs, readConfigs } from './read-configs.ts'
import type { ModelCall } from './timed-session.ts'
import { createUnet, type OpenUnet } from './unet.ts'
import { tiledBy } from './vae.ts'

export interface PipelineModules {
  readonly backend: OrtBackend
  /** Hears of every finished call of a graph. */
  readonly onCall?: (call: ModelCall) => void
  readonly logger?: Logger
}

export interface PipelineOptions {
  /** @defaultValue "batched": a tenth less CPU time than two calls with the demo model, at twice the activations */
  readonly guidance?: GuidanceMode | undefined
  /** Latents a side that the VAE takes at once where a call does not say. @defaultValue all */
  readonly vaeTile?: number | undefined
  /** @defaultValue none */
  readonly adapters?: AdapterFiles | undefined
  /** Remembers what it hashed: one for all models of a process. @defaultValue none: no adapters, and clip skip only where the export gives hidden states */
  readonly graphCache?: GraphCache | undefined
}

const NO_ADAPTERS: AdapterFiles = { loras: [], embeddings: [] }

/**
 * Loads a model folder in the layout of diffusers and optimum: text encoders, UNet and VAE of any family that the engine
 * knows. Names, ranks and types of tensors are read from the graphs.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `model_incompatible`, `out_of_memory`
 */
export async function openPipeline(
  { backend, onCall = () => {}, logger = silentLogger }: PipelineModules,
  folder: string,
  options: PipelineOptions = {},
): Promise<Pipeline> {
  const configs = await readConfigs(folder)
  const { index, scheduler } = configs
  const parts = createModelParts(backend, folder, onCall)
  try {
    const family = detectFamily(index, configs)
    const found = {
      unet: graphOf(folder, 'unet'),
      textEncoder: configs.text && graphOf(folder, 'text_encoder'),
      textEncoder2: configs.text2 && graphOf(folder, 'text_encoder_2'),
    }
    const adapters = options.adapters ?? NO_ADAPTERS
    const adapted = await adaptGraphs(family, found, adapters, options.graphCache)
    const { graphs } = adapted
    const part = `unet/${GRAPH}`
    const unet = createUnet(part, await parts.open('unet', graphs.unet), configs.unet)
    const text = await openText(
      parts,
      folder,
      family,
      encoderPlans(configs, adapted, unet),
      unet.maxTokens,
    )
    requireTextWidth(part, unet, text.width)
    const scaling = latentScaling(configs.vae, family)
    const vae = tiledBy(options.vaeTile, await openVae({ parts, backend, logger }, folder, scaling))
    return {
      family,
      scheduler,
      table: createNoiseTable(scheduler),
      text: withNotes(text.conditioner, adapted.notes),
      unet,
      vae,
      guidance: options.guidance ?? 'batched',
      requireSize: unet.requireSize,
      bytes: await bytesOf(folder, Object.values(graphs)),
      preview: await openPreview({ parts, vae }, folder, family, scaling),
      releaseText: text.release,
      close: parts.close,
    }
  } catch (error) {
    await parts.close().catch(() => {})
    throw error
  }
}

function encoderPlans(
  { text, text2 }: CheckpointConfigs,
  { graphs, embeddings, finalNorm }: Awaited<ReturnType<typeof adaptGraphs>>,
  unet: OpenUnet,
): EncoderPlan[] {
  const plans: EncoderPlan[] = []
  if (text !== undefined && graphs.textEncoder !== undefined) {
    plans.push({
      part: 'text_encoder',
      tokenizer: 'tokenizer',
      file: graphs.textEncoder,
      config: text,
      width: text2 === undefined ? unet.textWidth : undefined,
      embeddings: embeddings.textEncoder,
      finalNorm,
    })
  }
  if (text2 !== undefined && graphs.textEncoder2 !== undefined) {
    plans.push({
      part: 'text_encoder_2',
      tokenizer: 'tokenizer_2',
      file: graphs.textEncoder2,
      config: text2,
      width: text === undefined ? unet.textWidth : undefined,
      embeddings: embeddings.textEncoder2,
      finalNorm: undefined,
    })
  }
  return plans
}

/** Folders of parts that come from different models are told before the first picture. */
function requireTextWidth(part: string, { textWidth }: OpenUnet, given: number): void {
  if (textWidth === undefined || textWidth === given) return
  throw new ReverieError(
    'model_invalid',
    `${part} takes texts of ${textWidth} values a token; the text encoders give ${given}. The parts are of different models: install the model again`,
    { file: part, accepted: `${textWidth}` },
  )
}

/** Every graph that was opened, and the weights beside them. */
async function bytesOf(folder: string, graphs: readonly (string | undefined)[]): Promise<number> {
  const others = (['vae_decoder', 'vae_encoder', 'taesd_decoder'] as const).map((part) =>
    graphOf(folder, part),
  )
  const files = [...graphs, ...others].filter((file) => file !== undefined)
  const sizes = await Promise.all(files.map(graphBytes))
  return sizes.reduce((sum, size) => sum + size, 0)
}
