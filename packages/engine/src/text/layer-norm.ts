/** The vectors of a layer normalisation, [width] each. */
export interface LayerNormWeights {
  readonly weight: Float32Array
  readonly bias: Float32Array
  readonly epsilon: number
}

/**
 * Normalises each row to mean 0 and deviation 1, then scales and shifts it (Ba et al., "Layer Normalization", 2016).
 * @param values [rows, width], changed in place
 */
export function applyLayerNorm(
  values: Float32Array,
  { weight, bias, epsilon }: LayerNormWeights,
): void {
  const width = weight.length
  for (let start = 0; start < values.length; start += width) {
    let sum = 0
    for (let i = 0; i < width; i++) sum += values[start + i] as number
    const mean = sum / width
    let squares = 0
    for (let i = 0; i < width; i++) squares += ((values[start + i] as number) - mean) ** 2
    const scale = 1 / Math.sqrt(squares / width + epsilon)
    for (let i = 0; i < width; i++) {
      const value = ((values[start + i] as number) - mean) * scale
      values[start + i] = value * (weight[i] as number) + (bias[i] as number)
    }
  }
}
