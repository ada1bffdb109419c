import { BREAK, type PromptPiece } from '../prompt/weighted-text.ts'
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts'
import type { EmbeddingWords } from '../tokenizer/embedding-words.ts'
import { closeChunk, roomOf, type TokenChunk, type WeightedToken } from './token-chunk.ts'

/** Words of so many tokens may be parted; ComfyUI's default. */
const LARGE_WORD = 8

/**
 * Cuts a prompt into a text encoder's windows as ComfyUI does: word by word, a word that does not fit goes whole into the
 * next chunk, a large one is parted. At least one chunk.
 */
export function chunkWords(
  pieces: readonly PromptPiece[],
  tokenizer: ClipTokenizer,
  words: EmbeddingWords,
): TokenChunk[] {
  const room = roomOf(tokenizer)
  const chunks: TokenChunk[] = []
  let chunk: WeightedToken[] = []
  const next = () => {
    chunks.push(closeChunk(tokenizer, chunk))
    chunk = []
  }

  const add = (word: string, weight: number) => {
    let rest = words
      .replace(tokenizer.tokens(word))
      .flat()
      .map((id) => ({ id, weight }))
    const mayPart = rest.length >= LARGE_WORD || rest.length > room
    while (chunk.length + rest.length > room) {
      if (mayPart) {
        const free = room - chunk.length
        chunk.push(...rest.slice(0, free))
        rest = rest.slice(free)
      }
      next()
    }
    chunk.push(...rest)
  }

  for (const piece of pieces) {
    if (piece === BREAK) continue
    for (const word of piece.text.replaceAll('\n', ' ').split(' ')) {
      if (word !== '') add(word, piece.weight)
    }
  }
  next()
  return chunks
}
