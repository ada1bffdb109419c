import type { PromptPart } from '../prompt/parse-prompt.ts'

/**
 * Bounds how many different texts the parts of a prompt come to over a run: alternations of several lengths would have a new
 * one in every model call. Each part keeps its first texts, at least one; later ones are replaced by the last it keeps.
 * @param most texts of all parts together
 */
export function limitTexts(
  parts: readonly PromptPart[],
  most: number,
): { readonly parts: readonly PromptPart[]; readonly isLimited: boolean } {
  const share = Math.max(1, Math.floor(most / Math.max(1, parts.length)))
  let isLimited = false
  const limited = parts.map((part): PromptPart => {
    const kept = [...new Set(part.texts.map(({ text }) => text))].slice(0, share)
    const known = new Set(kept)
    const last = kept.at(-1) ?? ''
    const texts = part.texts.map((entry) => {
      if (known.has(entry.text)) return entry
      isLimited = true
      return { ...entry, text: last }
    })
    return { ...part, texts }
  })
  return { parts: limited, isLimited }
}
