import type { PromptSyntax } from '@reverie/core'
import { readWeights } from '../prompt/parse-prompt.ts'
import type { EmbeddingWords } from '../tokenizer/embedding-words.ts'
import type { TextEncoderSource } from './chunk-encoder.ts'
import { chunkPrompt } from './chunk-prompt.ts'
import { chunkWords } from './chunk-words.ts'
import { emptyChunk, roomOf, type TokenChunk } from './token-chunk.ts'

/** An encoder and how prompts mean its embeddings. */
export interface PlannedSource extends TextEncoderSource {
  readonly words: EmbeddingWords
}

export interface TextPlan {
  /** For each text the chunks of each encoder, in order; all of one number. */
  readonly chunks: ReadonlyMap<string, readonly (readonly TokenChunk[])[]>
  readonly chunkCount: number
  readonly notes: readonly string[]
}

/**
 * Cuts texts into chunks for every encoder and fills up the shorter ones with empty chunks.
 * @param maxChunks more are cut off, and told
 */
export function planTexts(
  texts: readonly string[],
  sources: readonly PlannedSource[],
  { syntax, maxChunks }: { readonly syntax: PromptSyntax; readonly maxChunks: number },
): TextPlan {
  const notes: string[] = []
  const cutText = (text: string, { tokenizer, words }: PlannedSource): TokenChunk[] => {
    const resolved = words.resolve(text, syntax === 'comfy')
    const reading = readWeights(resolved.text, syntax)
    notes.push(...resolved.notes, ...reading.notes)
    const chunk = syntax === 'comfy' ? chunkWords : chunkPrompt
    return chunk(reading.pieces, tokenizer, words)
  }
  const cut = texts.map((text) => ({
    text,
    bySource: sources.map((source) => cutText(text, source)),
  }))
  const longest = Math.max(1, ...cut.flatMap(({ bySource }) => bySource.map((each) => each.length)))
  const chunkCount = Math.max(1, Math.min(longest, maxChunks))
  const [first] = sources
  if (longest > chunkCount && first !== undefined) {
    const room = roomOf(first.tokenizer)
    notes.push(
      `the prompt has ${longest} chunks of ${room} tokens; this model takes ${chunkCount}, the rest is cut off`,
    )
  }
  const filled = cut.map(({ text, bySource }) => {
    const chunks = bySource.map((own, i) => fill(own, chunkCount, sources[i]))
    return [text, chunks] as const
  })
  return { chunks: new Map(filled), chunkCount, notes }
}

function fill(
  chunks: readonly TokenChunk[],
  count: number,
  source: PlannedSource | undefined,
): TokenChunk[] {
  const missing = Math.max(0, count - chunks.length)
  const padding =
    source === undefined ? [] : Array<TokenChunk>(missing).fill(emptyChunk(source.tokenizer))
  return [...chunks.slice(0, count), ...padding]
}
