import type { ClipTokenizer } from './clip-tokenizer.ts'

/** Textual inversions by name: the ids whose rows in the encoder's table hold their vectors. */
export type EmbeddingIds = ReadonlyMap<string, readonly number[]>

/** How prompts mean textual inversions. */
export interface EmbeddingWords {
  /**
   * Puts the embeddings' ids in the place of their names' tokens, the longest name first, as AUTOMATIC1111 does. Each item
   * is one token, or all those of one embedding, which no chunk may part.
   */
  replace(tokens: readonly number[]): (readonly number[])[]
  /**
   * Takes ComfyUI's `embedding:` off the names that are known. One that is not known is named in `notes` and, where
   * `dropsUnknown` says so, left out with its name.
   */
  resolve(text: string, dropsUnknown: boolean): { text: string; notes: readonly string[] }
}

const PREFIXED = /(?<![\p{L}\p{N}_])embedding:([^\s,()[\]:|]+)/giu

interface Known {
  readonly tokens: readonly number[]
  readonly ids: readonly number[]
}

/** Upper and lower case are one, as they are to the tokenizer. */
export function createEmbeddingWords(
  tokenizer: ClipTokenizer,
  embeddings: EmbeddingIds,
): EmbeddingWords {
  const byFirst = new Map<number, Known[]>()
  for (const [name, ids] of embeddings) {
    const tokens = tokenizer.tokens(name)
    const [first] = tokens
    if (first === undefined) continue
    byFirst.set(first, [...(byFirst.get(first) ?? []), { tokens, ids }])
  }
  for (const known of byFirst.values()) known.sort((a, b) => b.tokens.length - a.tokens.length)
  const names = [...embeddings.keys()].map((name) => name.toLowerCase())
  const isKnown = (written: string): boolean =>
    names.some(
      (name) => written.startsWith(name) && !/^[\p{L}\p{N}_]/u.test(written.slice(name.length)),
    )

  return {
    replace(tokens) {
      const found: (readonly number[])[] = []
      for (let i = 0; i < tokens.length; ) {
        const token = tokens[i] as number
        const known = byFirst
          .get(token)
          ?.find((each) => each.tokens.every((own, at) => tokens[i + at] === own))
        found.push(known?.ids ?? [token])
        i += known?.tokens.length ?? 1
      }
      return found
    },
    resolve(text, dropsUnknown) {
      const notes: string[] = []
      const resolved = text.replaceAll(PREFIXED, (whole: string, name: string) => {
        if (isKnown(name.toLowerCase())) return name
        notes.push(`embedding:${name.slice(0, 60)} in the prompt is no embedding of this job`)
        return dropsUnknown ? '' : whole
      })
      return { text: resolved, notes }
    },
  }
}
