import { boundedWeight } from './weighted-text.ts'

/** One of the prompts that AND joins. */
export interface ComposedPart {
  readonly text: string
  readonly weight: number
}

const AND = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u
const WEIGHT = /^[-+]?(?:\d+\.?|\d*\.\d+)$/

/**
 * Splits "cat AND dog:1.2" into its prompts and their weights (Liu et al., "Compositional Visual Generation with Composable
 * Diffusion Models", 2022), as AUTOMATIC1111 does: a trailing ":number" is a weight even where nothing is joined.
 */
export const splitComposed = (text: string): ComposedPart[] => text.split(AND).map(readPart)

function readPart(part: string): ComposedPart {
  const text = part.trimEnd()
  const colon = text.lastIndexOf(':')
  const stated = text.slice(colon + 1).trimStart()
  if (colon === -1 || !WEIGHT.test(stated)) return { text, weight: 1 }
  return { text: text.slice(0, colon).trimEnd(), weight: boundedWeight(Number(stated)) }
}
