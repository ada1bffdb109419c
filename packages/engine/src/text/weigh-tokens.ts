/** How weights act on a text encoder's output. */
export type Weighing =
  /** AUTOMATIC1111's: multiplied, then all of it scaled back to the mean it had. */
  | 'multiply'
  /** The same without scaling back: AUTOMATIC1111's "No norm", which suits SDXL. */
  | 'multiply_only'
  /** ComfyUI's: away from the empty prompt's output, or towards it. */
  | 'around_empty'

/**
 * Multiplies each token's values by its weight.
 * @param values [weights.length, width], changed in place
 */
export function multiplyTokens(
  values: Float32Array,
  weights: readonly number[],
  restoresMean: boolean,
): void {
  const width = values.length / weights.length
  const before = restoresMean ? sumOf(values) : 0
  for (const [token, weight] of weights.entries()) {
    if (weight === 1) continue
    const end = (token + 1) * width
    for (let i = token * width; i < end; i++) values[i] = (values[i] as number) * weight
  }
  if (!restoresMean) return
  const scale = before / sumOf(values)
  // Weights whose mean is 0 leave nothing to scale by.
  if (!Number.isFinite(scale)) return
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * scale
}

/**
 * Moves each token's values along the line from the empty prompt's: (value - empty) * weight + empty.
 * @param values [weights.length, width], changed in place
 * @param empty the empty prompt's, of the same shape
 */
export function weighAroundEmpty(
  values: Float32Array,
  weights: readonly number[],
  empty: Float32Array,
): void {
  const width = values.length / weights.length
  for (const [token, weight] of weights.entries()) {
    if (weight === 1) continue
    const end = (token + 1) * width
    for (let i = token * width; i < end; i++) {
      const base = empty[i] as number
      values[i] = ((values[i] as number) - base) * weight + base
    }
  }
}

const sumOf = (values: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum
}
