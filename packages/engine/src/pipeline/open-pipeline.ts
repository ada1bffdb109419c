import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { OrtBackend, OrtSession } from '../runtime/ort-backend.ts'
import { createNoiseTable, type NoiseTable } from '../schedules/noise-table.ts'
import { SchedulerConfig } from '../schedules/scheduler-config.ts'
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts'
import { readTokenizer } from '../tokenizer/read-tokenizer.ts'
import type { GuidanceMode } from './guidance.ts'
import { ModelIndex, TextEncoderConfig, UnetConfig, VaeConfig } from './model-configs.ts'
import { missingFile, readModelJson } from './model-files.ts'
import { createPromptCache, type PromptCache } from './prompt-cache.ts'
import { createTextEncoder, type TextEncoder } from './text-encoder.ts'
import { type ModelCall, timedSession } from './timed-session.ts'
import { createUnet, type Unet } from './unet.ts'
import { createVaeDecoder, type VaeDecoder } from './vae-decoder.ts'

export interface PipelineModules {
  readonly backend: OrtBackend
  /** Hears of every finished call of a graph. */
  readonly onCall?: (call: ModelCall) => void
}

export interface PipelineOptions {
  /** @defaultValue "batched": a tenth less CPU time than two calls with the demo model, at twice the activations */
  readonly guidance?: GuidanceMode
}

/** A model in memory. It owns native sessions: close it. */
export interface Pipeline {
  readonly tokenizer: ClipTokenizer
  readonly textEncoder: TextEncoder
  readonly unet: Unet
  readonly vaeDecoder: VaeDecoder
  readonly scheduler: SchedulerConfig
  readonly table: NoiseTable
  readonly guidance: GuidanceMode
  readonly prompts: PromptCache
  close(): Promise<void>
}

/**
 * Loads a model folder in the layout of diffusers and optimum: text encoder, UNet and VAE decoder of the family sd1.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`
 */
export async function openPipeline(
  { backend, onCall = () => {} }: PipelineModules,
  folder: string,
  options: PipelineOptions = {},
): Promise<Pipeline> {
  const json = readModelJson
  await json(folder, 'model_index.json', ModelIndex)
  await json(folder, 'unet/config.json', UnetConfig)
  const text = await json(folder, 'text_encoder/config.json', TextEncoderConfig)
  const vae = await json(folder, 'vae_decoder/config.json', VaeConfig)
  const scheduler = await json(folder, 'scheduler/scheduler_config.json', SchedulerConfig)
  const tokenizer = await readTokenizer(folder)

  const sessions: OrtSession[] = []
  const close = async () => {
    const closing = await Promise.allSettled(sessions.splice(0).map((session) => session.release()))
    const failed = closing.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  const open = async (part: ModelCall['part']) => {
    const path = `${part}/model.onnx`
    const file = join(folder, path)
    await access(file).catch((cause: unknown) => {
      throw missingFile(path, folder, cause)
    })
    const session = await backend.open(file)
    sessions.push(session)
    return timedSession(part, session, onCall)
  }

  try {
    return {
      tokenizer,
      textEncoder: createTextEncoder(await open('text_encoder'), text.hidden_size),
      unet: createUnet(await open('unet'), text.hidden_size),
      vaeDecoder: createVaeDecoder(await open('vae_decoder'), vae.scaling_factor),
      scheduler,
      table: createNoiseTable(scheduler),
      guidance: options.guidance ?? 'batched',
      prompts: createPromptCache(),
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}
