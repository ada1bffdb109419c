import type { ModelFamily } from '@reverie/core'
import type { FinalNorm } from '../graph/hidden-states.ts'
import type { TextEncoderSource } from '../text/chunk-encoder.ts'
import type { Conditioner } from '../text/conditioning.ts'
import { createConditioner } from '../text/create-conditioner.ts'
import { createTextEncoder, type TextEncoder } from '../text/text-encoder.ts'
import type { EmbeddingIds } from '../tokenizer/embedding-words.ts'
import { readTokenizer, type TokenizerFolder } from '../tokenizer/read-tokenizer.ts'
import { GRAPH } from './graph-files.ts'
import type { TextEncoderConfig } from './model-configs.ts'
import type { ModelParts } from './model-parts.ts'

type EncoderPart = TextEncoderSource['part']

/** One text encoder of a checkpoint. */
export interface EncoderPlan {
  readonly part: EncoderPart
  readonly tokenizer: TokenizerFolder
  /** Path of the graph, which may be an edited one. */
  readonly file: string
  readonly config: TextEncoderConfig
  /** Values per token where neither graph nor config says. */
  readonly width: number | undefined
  readonly embeddings: EmbeddingIds
  readonly finalNorm: FinalNorm | undefined
}

export interface OpenText {
  readonly conditioner: Conditioner
  /** Values per token of all encoders side by side: what the UNet is given. */
  readonly width: number
  release(): Promise<void>
}

/** CLIP-L's, of exports that say nothing. */
const USUAL_WIDTH = 768

/**
 * Opens the text encoders of a checkpoint: at once, so that a damaged one is told when the model is loaded and not at the
 * first prompt. After `release` the next prompt that is not cached opens them again.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`
 */
export async function openText(
  parts: ModelParts,
  folder: string,
  family: ModelFamily,
  plans: readonly EncoderPlan[],
  maxTokens: number | undefined,
): Promise<OpenText> {
  const open = new Map<EncoderPart, Promise<TextEncoder>>()
  const encoderOf = (plan: EncoderPlan): Promise<TextEncoder> => {
    const known = open.get(plan.part)
    if (known !== undefined) return known
    const opening = openEncoder(parts, plan)
    open.set(plan.part, opening)
    // One that could not be opened, for memory maybe, is tried again.
    opening.catch(() => open.delete(plan.part))
    return opening
  }
  const encoders: TextEncoderSource[] = []
  let width = 0
  for (const plan of plans) {
    const tokenizer = await readTokenizer(folder, plan.tokenizer)
    width += (await encoderOf(plan)).width
    const { part, embeddings } = plan
    encoders.push({ part, tokenizer, embeddings, open: () => encoderOf(plan) })
  }
  const window = encoders[0]?.tokenizer.window
  const maxChunks =
    maxTokens === undefined || window === undefined ? undefined : Math.floor(maxTokens / window)
  return {
    conditioner: createConditioner({ encoders }, { family, maxChunks }),
    width,
    async release() {
      open.clear()
      for (const { part } of plans) await parts.release(part)
    },
  }
}

async function openEncoder(parts: ModelParts, plan: EncoderPlan): Promise<TextEncoder> {
  const { part, config, finalNorm } = plan
  return createTextEncoder(await parts.open(part, plan.file), {
    part: `${part}/${GRAPH}`,
    width: config.hidden_size ?? plan.width ?? USUAL_WIDTH,
    pooledWidth: config.projection_dim,
    finalNorm,
  })
}

/** Adds what is to be said of every picture of a model, such as parts of a LoRA that had no place. */
export const withNotes = (text: Conditioner, notes: readonly string[]): Conditioner =>
  notes.length === 0
    ? text
    : {
        async encode(request, checkpoint) {
          const encoded = await text.encode(request, checkpoint)
          return { ...encoded, notes: [...notes, ...encoded.notes] }
        },
      }
