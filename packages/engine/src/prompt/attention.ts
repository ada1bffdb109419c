import { BREAK, boundedWeight, type PromptPiece, type PromptReading } from './weighted-text.ts'

const ROUND = 1.1
const SQUARE = 1 / 1.1

/** Weight by which a BREAK is told from text until brackets have been counted. */
const BREAK_WEIGHT = -1
const BREAK_WORD = 'BREAK'

const TOKENS = /\\[()[\]\\]|[\\([]|:\s*([+-]?[.\d]+)\s*\)|[)\]]|[^\\()[\]:]+|:/g
const BREAK_PATTERN = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/u

interface Run {
  text: string
  weight: number
}

/**
 * Reads weights as AUTOMATIC1111 writes them: (a) counts 1.1, [a] counts 1 / 1.1, (a:1.3) as stated, nesting multiplies,
 * a backslash makes a bracket text, neighbours of one weight become one text, a bracket never closed reaches to the end.
 * BREAK starts a new chunk; inside brackets it is a word, as there. Takes any text.
 */
export function readAttention(text: string): PromptReading {
  const runs: Run[] = []
  const round: number[] = []
  const square: number[] = []
  const notes: string[] = []
  const multiply = (from: number, factor: number) => {
    for (const run of runs.slice(from)) run.weight *= factor
  }

  for (const [token, weight] of text.matchAll(TOKENS)) {
    if (token.startsWith('\\')) runs.push({ text: token.slice(1), weight: 1 })
    else if (token === '(') round.push(runs.length)
    else if (token === '[') square.push(runs.length)
    else if (weight !== undefined && round.length > 0) {
      const factor = Number(weight)
      if (Number.isNaN(factor)) notes.push(`the weight ${weight} is not a number and counts as 1`)
      multiply(round.pop() ?? 0, Number.isNaN(factor) ? 1 : factor)
    } else if (token === ')' && round.length > 0) multiply(round.pop() ?? 0, ROUND)
    else if (token === ']' && square.length > 0) multiply(square.pop() ?? 0, SQUARE)
    else runs.push(...splitAtBreaks(token))
  }
  for (const from of round) multiply(from, ROUND)
  for (const from of square) multiply(from, SQUARE)

  const pieces = mergeEqualWeights(runs).map((run) => pieceOf(run, notes))
  return { pieces: pieces.length === 0 ? [{ text: '', weight: 1 }] : pieces, notes }
}

/** White space around a BREAK belongs to it. */
const splitAtBreaks = (text: string): Run[] =>
  text.split(BREAK_PATTERN).flatMap((part, i, parts) => {
    const fromStart = i === 0 ? part : part.trimStart()
    const trimmed = i === parts.length - 1 ? fromStart : fromStart.trimEnd()
    const run = { text: trimmed, weight: 1 }
    return i === 0 ? [run] : [{ text: BREAK_WORD, weight: BREAK_WEIGHT }, run]
  })

function mergeEqualWeights(runs: readonly Run[]): Run[] {
  const merged: Run[] = []
  for (const run of runs) {
    const last = merged.at(-1)
    if (last !== undefined && last.weight === run.weight) last.text += run.text
    else merged.push({ ...run })
  }
  return merged
}

function pieceOf({ text, weight }: Run, notes: string[]): PromptPiece {
  if (text === BREAK_WORD && weight === BREAK_WEIGHT) return BREAK
  if (text === BREAK_WORD && weight < 0) {
    notes.push('a BREAK inside brackets is read as a word; write it between the brackets')
  }
  const bounded = boundedWeight(weight)
  if (bounded !== weight) notes.push(`a weight beyond ${bounded} counts as ${bounded}`)
  return { text, weight: bounded }
}
