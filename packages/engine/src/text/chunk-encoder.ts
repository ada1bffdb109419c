import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts'
import type { EmbeddingIds } from '../tokenizer/embedding-words.ts'
import type { ByteCache } from './byte-cache.ts'
import type { EncodedWindow, TextEncoder, TextLayer } from './text-encoder.ts'
import { emptyChunk, type TokenChunk } from './token-chunk.ts'
import { multiplyTokens, type Weighing, weighAroundEmpty } from './weigh-tokens.ts'

/** A text encoder that is loaded when it is needed. */
export interface TextEncoderSource {
  readonly part: 'text_encoder' | 'text_encoder_2'
  readonly tokenizer: ClipTokenizer
  /** @defaultValue none */
  readonly embeddings?: EmbeddingIds | undefined
  /** Loads the encoder, or gives the one that is loaded. Called for what is not in the cache, and not kept for longer. */
  open(): Promise<TextEncoder>
}

/** How the chunks of a run are encoded. */
export interface ChunkEncoding {
  readonly layer: TextLayer
  readonly weighing: Weighing
  /** Whether the encoder's vector of the whole chunk is wanted. */
  readonly isPooled: boolean
  /** Awaited before each call of the graph; throws to stop. */
  readonly checkpoint: () => Promise<void>
}

/** Embeds one chunk with its weights applied, from the cache where it is there. The arrays are the cache's: not to be changed. */
export async function encodeChunk(
  source: TextEncoderSource,
  cache: ByteCache<EncodedWindow>,
  { ids, weights }: TokenChunk,
  encoding: ChunkEncoding,
): Promise<EncodedWindow> {
  const { layer, weighing, isPooled, checkpoint } = encoding
  const isWeighted = weights.some((weight) => weight !== 1)
  const key = [
    `${source.part} ${layer.fromLast} ${layer.isNormed} ${isPooled}`,
    ids.join(),
    ...(isWeighted ? [weighing, weights.join()] : []),
  ].join('|')
  const cached = cache.get(key)
  if (cached !== undefined) return cached

  const encode = async () => {
    await checkpoint()
    const encoder = await source.open()
    return encoder.encode(ids, layer, isPooled)
  }
  const made = isWeighted
    ? await weighted(source, cache, { ids, weights }, encoding)
    : await encode()
  const values = made.embedding.length + (made.pooled?.length ?? 0)
  cache.set(key, made, values * Float32Array.BYTES_PER_ELEMENT + 2 * key.length)
  return made
}

async function weighted(
  source: TextEncoderSource,
  cache: ByteCache<EncodedWindow>,
  { ids, weights }: TokenChunk,
  encoding: ChunkEncoding,
): Promise<EncodedWindow> {
  const even = { ids, weights: ids.map(() => 1) }
  const { embedding, pooled } = await encodeChunk(source, cache, even, encoding)
  const values = embedding.slice()
  if (encoding.weighing === 'around_empty') {
    const empty = await encodeChunk(source, cache, emptyChunk(source.tokenizer), {
      ...encoding,
      isPooled: false,
    })
    weighAroundEmpty(values, weights, empty.embedding)
  } else multiplyTokens(values, weights, encoding.weighing === 'multiply')
  return { embedding: values, pooled }
}
