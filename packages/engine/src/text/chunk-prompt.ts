import { BREAK, type PromptPiece } from '../prompt/weighted-text.ts'
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts'
import type { EmbeddingWords } from '../tokenizer/embedding-words.ts'
import { closeChunk, roomOf, type TokenChunk, type WeightedToken } from './token-chunk.ts'

/** A comma among so many last tokens of a full chunk ends it; AUTOMATIC1111's default. */
const COMMA_REACH = 20

/**
 * Cuts a prompt into a text encoder's windows as AUTOMATIC1111 does: what follows the last comma of a full chunk goes to
 * the next, where that comma is near enough; BREAK ends a chunk; an embedding is never parted. At least one chunk.
 */
export function chunkPrompt(
  pieces: readonly PromptPiece[],
  tokenizer: ClipTokenizer,
  words: EmbeddingWords,
): TokenChunk[] {
  const room = roomOf(tokenizer)
  const chunks: TokenChunk[] = []
  let chunk: WeightedToken[] = []
  let lastComma = -1
  const next = (following: WeightedToken[] = []) => {
    chunks.push(closeChunk(tokenizer, chunk))
    chunk = following
    lastComma = -1
  }

  for (const piece of pieces) {
    if (piece === BREAK) {
      next()
      continue
    }
    for (const ids of words.replace(tokenizer.tokens(piece.text))) {
      const isFull = chunk.length === room
      if (ids.length === 1 && ids[0] === tokenizer.comma) lastComma = chunk.length
      else if (isFull && lastComma !== -1 && chunk.length - lastComma <= COMMA_REACH) {
        next(chunk.splice(lastComma + 1))
      }
      // An embedding larger than a whole window can only be cut.
      const fitting = ids.slice(0, room)
      if (chunk.length + fitting.length > room) next()
      chunk.push(...fitting.map((id) => ({ id, weight: piece.weight })))
    }
  }
  if (chunk.length > 0 || chunks.length === 0) next()
  return chunks
}
