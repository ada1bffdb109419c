import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import * as z from 'zod/mini'
import { readAttention } from '../../src/prompt/attention.ts'
import { readComfyWeights } from '../../src/prompt/comfy-weights.ts'
import { splitComposed } from '../../src/prompt/compose.ts'
import { schedulePrompt } from '../../src/prompt/schedule.ts'
import { BREAK, type PromptPiece } from '../../src/prompt/weighted-text.ts'

const Weighted = z.array(z.tuple([z.string(), z.number()]))
const Golden = z.object({
  attention: z.array(z.tuple([z.string(), Weighted])),
  schedules: z.array(
    z.tuple([z.string(), z.int(), z.nullable(z.int()), z.array(z.tuple([z.int(), z.string()]))]),
  ),
  parts: z.array(z.tuple([z.string(), Weighted])),
  comfy: z.array(z.tuple([z.string(), Weighted])),
})

const golden = Golden.parse(
  JSON.parse(await readFile(new URL('../golden/prompts.json', import.meta.url), 'utf8')),
)
const pairs = (pieces: readonly PromptPiece[]) =>
  pieces.map((piece) => (piece === BREAK ? ['BREAK', -1] : [piece.text, piece.weight]))

it('weights every text as AUTOMATIC1111 does', () => {
  for (const [text, expected] of golden.attention) {
    expect(pairs(readAttention(text).pieces), JSON.stringify(text)).toEqual(expected)
  }
})

it('weights every text as ComfyUI does', () => {
  for (const [text, expected] of golden.comfy) {
    expect(pairs(readComfyWeights(text).pieces), JSON.stringify(text)).toEqual(expected)
  }
})

it('edits every text over a first and a second pass as AUTOMATIC1111 does', () => {
  for (const [text, steps, hiresSteps, expected] of golden.schedules) {
    const run =
      hiresSteps === null ? { modelCalls: steps } : { modelCalls: hiresSteps, stepsBefore: steps }
    const texts = schedulePrompt(text, run).texts.map((each) => [each.until, each.text])
    expect(texts, JSON.stringify(text)).toEqual(expected)
  }
})

it('splits every text at AND as AUTOMATIC1111 does', () => {
  for (const [text, expected] of golden.parts) {
    const parts = splitComposed(text).map((part) => [part.text, part.weight])
    expect(parts, JSON.stringify(text)).toEqual(expected)
  }
})
