import { boundedWeight, type PromptReading, type WeightedText } from './weighted-text.ts'

const EMPHASIS = 1.1
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i
const ESCAPED_BRACKET = /\\([()])/g

interface Range {
  readonly start: number
  readonly end: number
  readonly weight: number
  /** Whether brackets inside may still be read. */
  readonly isText: boolean
}

/**
 * Reads weights as ComfyUI writes them: (a) counts 1.1 times what is around it, (a:1.3) counts 1.3 whatever is around it,
 * a backslash makes a round bracket text; square brackets, BREAK and AND are text. Takes any text.
 */
export function readComfyWeights(text: string): PromptReading {
  const levels = bracketLevels(text)
  const found: WeightedText[] = []
  const notes: string[] = []
  const waiting: Range[] = [{ start: 0, end: text.length, weight: 1, isText: false }]
  for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
    if (range.isText) {
      const weight = boundedWeight(range.weight)
      if (weight !== range.weight) notes.push(`a weight beyond ${weight} counts as ${weight}`)
      const written = text.slice(range.start, range.end)
      found.push({ text: written.replaceAll(ESCAPED_BRACKET, '$1'), weight })
      continue
    }
    const inner = splitRange(levels, range).map((part) => unwrap(text, levels, part))
    waiting.push(...inner.reverse())
  }
  return { pieces: found, notes }
}

/** 1 for each bracket that opens, -1 for each that closes, 0 for all else, escaped brackets included. */
function bracketLevels(text: string): Int8Array {
  const levels = new Int8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '\\' && (text[i + 1] === '(' || text[i + 1] === ')')) i++
    else if (char === '(') levels[i] = 1
    else if (char === ')') levels[i] = -1
  }
  return levels
}

/** Bracketed parts and the text between them. After a bracket too many closes, ComfyUI counts on below zero; so do we. */
function splitRange(levels: Int8Array, { start, end, weight }: Range): Range[] {
  const parts: Range[] = []
  let from = start
  let level = 0
  const cut = (to: number) => {
    if (to > from) parts.push({ start: from, end: to, weight, isText: true })
    from = to
  }
  for (let i = start; i < end; i++) {
    const change = levels[i] ?? 0
    if (change === 1 && level === 0) cut(i)
    level += change
    if (change === -1 && level === 0) cut(i + 1)
  }
  cut(end)
  return parts
}

/** What is inside a part's outer brackets and how much it counts; a part without them is text. */
function unwrap(text: string, levels: Int8Array, part: Range): Range {
  const { start, end, weight } = part
  if (end - start < 2 || levels[start] !== 1 || levels[end - 1] !== -1) return part
  const inner = { start: start + 1, end: end - 1, weight: weight * EMPHASIS, isText: false }
  const colon = text.lastIndexOf(':', inner.end - 1)
  if (colon <= inner.start) return inner
  const stated = text.slice(colon + 1, inner.end)
  return NUMBER.test(stated) ? { ...inner, end: colon, weight: Number(stated) } : inner
}
