import { ReverieError } from '@reverie/core'
import { byteSymbols } from './byte-symbols.ts'

/** Marks the last symbol of a word. */
const WORD_END = '</w>'
const NO_MERGE = 0x7fff_ffff

interface Merge {
  /** Lower goes first. */
  readonly rank: number
  readonly id: number
}

/** Splits one word into vocabulary ids. */
export type Bpe = (word: string) => number[]

/**
 * Byte pair encoding (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016) over bytes.
 * `merges` are pairs in order of rank.
 * @throws ReverieError `model_invalid` when a byte or a merge is not in the vocabulary
 */
export function createBpe(
  vocabulary: ReadonlyMap<string, number>,
  merges: readonly (readonly [string, string])[],
): Bpe {
  const idOf = (symbol: string): number => {
    const id = vocabulary.get(symbol)
    if (id !== undefined) return id
    throw new ReverieError(
      'model_invalid',
      `the tokenizer's vocab.json has no entry for ${JSON.stringify(symbol)}, which every word may need; use the vocab.json and merges.txt of the same model`,
    )
  }
  const symbols = byteSymbols()
  const inner = symbols.map(idOf)
  const final = symbols.map((symbol) => idOf(symbol + WORD_END))
  const base = 1 + Math.max(...vocabulary.values())
  const keyOf = (left: number, right: number) => left * base + right
  const byPair = new Map<number, Merge>(
    merges.map(([left, right], rank) => [
      keyOf(idOf(left), idOf(right)),
      { rank, id: idOf(left + right) },
    ]),
  )

  return (word) => {
    const bytes = new TextEncoder().encode(word)
    let ids = Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? final : inner)[byte] ?? 0)
    for (;;) {
      const best = bestMerge(ids)
      if (best === undefined) return ids
      ids = applyMerge(ids, best)
    }
  }

  function bestMerge(ids: readonly number[]): Merge | undefined {
    let best: Merge | undefined
    let rank = NO_MERGE
    for (let i = 1; i < ids.length; i++) {
      const merge = byPair.get(keyOf(ids[i - 1] as number, ids[i] as number))
      if (merge !== undefined && merge.rank < rank) {
        best = merge
        rank = merge.rank
      }
    }
    return best
  }

  /** Joins every occurrence of the pair, left to right. */
  function applyMerge(ids: readonly number[], best: Merge): number[] {
    const joined: number[] = []
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number
      const right = ids[i + 1]
      if (right !== undefined && byPair.get(keyOf(id, right))?.rank === best.rank) {
        joined.push(best.id)
        i++
      } else joined.push(id)
    }
    return joined
  }
}
