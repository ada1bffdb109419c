import type { ModelFamily, PromptSyntax } from '@reverie/core'
import { type ParsedPrompt, parsePrompt } from '../prompt/parse-prompt.ts'
import { createEmbeddingWords } from '../tokenizer/embedding-words.ts'
import { createByteCache } from './byte-cache.ts'
import { type ChunkEncoding, encodeChunk, type TextEncoderSource } from './chunk-encoder.ts'
import type { Conditioner, EncodedPrompts, PromptRequest, TextCondition } from './conditioning.ts'
import { createConditioning } from './create-conditioning.ts'
import { limitTexts } from './limit-texts.ts'
import { planTexts } from './plan-texts.ts'
import type { EncodedWindow, TextLayer } from './text-encoder.ts'
import type { TokenChunk } from './token-chunk.ts'
import type { Weighing } from './weigh-tokens.ts'

export interface ConditionerModules {
  /** In the order in which the UNet takes their channels: for SDXL CLIP-L, then bigG; for its refiner bigG alone. */
  readonly encoders: readonly TextEncoderSource[]
}

export interface ConditionerOptions {
  readonly family: ModelFamily
  /** Chunks that the UNet takes: 1 where its export fixes the number of tokens. @defaultValue no limit */
  readonly maxChunks?: number | undefined
  /** Bytes of embeddings kept; one chunk of Stable Diffusion 1 has 240 KB. @defaultValue 64 MiB */
  readonly cacheBytes?: number | undefined
}

const CACHE_BYTES = 64 * 1024 * 1024
/** Texts and chunks of one prompt over a run: without a bound, alternations could ask for thousands. */
const MAX_TEXTS = 64
const MAX_CHUNKS = 256

/**
 * Encodes prompts for a UNet. An empty negative prompt is encoded as the empty text, as AUTOMATIC1111 and ComfyUI do, not
 * replaced by zeros, as diffusers does for SDXL. SDXL's pooled vector is that of the first chunk.
 */
export function createConditioner(
  { encoders }: ConditionerModules,
  { family, maxChunks = MAX_CHUNKS, cacheBytes = CACHE_BYTES }: ConditionerOptions,
): Conditioner {
  const cache = createByteCache<EncodedWindow>(cacheBytes)
  const sources = encoders.map((source) => ({
    ...source,
    words: createEmbeddingWords(source.tokenizer, source.embeddings ?? new Map()),
  }))
  const isSdxl = family === 'sdxl' || family === 'sdxl_refiner'

  const encodeText = async (
    bySource: readonly (readonly TokenChunk[])[],
    encoding: Omit<ChunkEncoding, 'isPooled'>,
  ): Promise<TextCondition> => {
    const windows: EncodedWindow[][] = []
    for (const [i, source] of sources.entries()) {
      const own: EncodedWindow[] = []
      for (const [position, chunk] of (bySource[i] ?? []).entries()) {
        const isPooled = isSdxl && i === sources.length - 1 && position === 0
        own.push(await encodeChunk(source, cache, chunk, { ...encoding, isPooled }))
      }
      windows.push(own)
    }
    const tokens = bySource[0]?.reduce((sum, { ids }) => sum + ids.length, 0) ?? 0
    return {
      embedding: joinChannels(windows, tokens),
      tokens,
      pooled: windows.at(-1)?.[0]?.pooled,
    }
  }

  return {
    async encode(request, checkpoint): Promise<EncodedPrompts> {
      const { syntax = 'a1111', isGuided, prompt, negativePrompt } = request
      const parse = (text: string, isNegative: boolean) =>
        limited(parsePrompt(text, { syntax, run: request, isNegative }), MAX_TEXTS)
      const parsed = [parse(prompt, false), ...(isGuided ? [parse(negativePrompt, true)] : [])]
      const plan = planTexts(textsOf(parsed), sources, { syntax, maxChunks })
      const affordable = Math.max(1, Math.floor(MAX_CHUNKS / plan.chunkCount))
      const prompts = parsed.map((each) => limited(each, affordable))

      const encoding = {
        layer: layerOf(request, isSdxl),
        weighing: weighingOf(syntax, isSdxl),
        checkpoint,
      }
      const conditions = new Map<string, TextCondition>()
      for (const text of textsOf(prompts)) {
        conditions.set(text, await encodeText(plan.chunks.get(text) ?? [], encoding))
      }
      const [positive = [], negative] = prompts.map(({ parts }) => parts)
      return {
        positive: createConditioning(positive, conditions),
        negative: negative && createConditioning(negative, conditions),
        notes: [...new Set([...prompts.flatMap(({ notes }) => notes), ...plan.notes])],
      }
    },
  }
}

const textsOf = (prompts: readonly ParsedPrompt[]): string[] => [
  ...new Set(
    prompts.flatMap(({ parts }) => parts.flatMap(({ texts }) => texts.map(({ text }) => text))),
  ),
]

function limited(prompt: ParsedPrompt, most: number): ParsedPrompt {
  const { parts, isLimited } = limitTexts(prompt.parts, most)
  const note = `the prompt changes into more than ${most} different texts; the last of these stays to the end`
  return { parts, notes: isLimited ? [...prompt.notes, note] : prompt.notes }
}

/** SDXL was trained on the last layer but one, without the norm; what skips less than that gets it all the same. */
function layerOf({ clipSkip }: PromptRequest, isSdxl: boolean): TextLayer {
  return isSdxl
    ? { fromLast: Math.max(2, clipSkip ?? 2), isNormed: false }
    : { fromLast: clipSkip ?? 1, isNormed: true }
}

const weighingOf = (syntax: PromptSyntax, isSdxl: boolean): Weighing => {
  if (syntax === 'comfy') return 'around_empty'
  return isSdxl ? 'multiply_only' : 'multiply'
}

/** [tokens, the widths of all encoders together]: each encoder's windows one after the other, side by side with the others'. */
function joinChannels(
  windows: readonly (readonly EncodedWindow[])[],
  tokens: number,
): Float32Array {
  const widths = windows.map(
    (own) => own.reduce((sum, each) => sum + each.embedding.length, 0) / tokens,
  )
  const width = widths.reduce((sum, each) => sum + each, 0)
  const joined = new Float32Array(tokens * width)
  let column = 0
  for (const [i, own] of windows.entries()) {
    const columns = widths[i] ?? 0
    let row = 0
    for (const { embedding } of own) {
      for (let at = 0; at < embedding.length; at += columns, row++) {
        joined.set(embedding.subarray(at, at + columns), row * width + column)
      }
    }
    column += columns
  }
  return joined
}
