export interface GuidanceScale {
  readonly scale: number
  /** 0 to 1. */
  readonly rescale: number
}

/** Combines the predictions of one model call; its buffers are kept from call to call. */
export interface GuidanceSum {
  /** @param weights one per prediction to come; undefined is the negative prompt's, which comes first */
  begin(weights: readonly (number | undefined)[]): void
  /** Takes in the next prediction; the array may be overwritten afterwards. */
  add(prediction: Float32Array): void
  /** The guided prediction; overwritten by the next call. */
  end(): Float64Array
}

/**
 * u + sum of w_i * scale * (c_i - u) over the texts' predictions c_i and the negative prompt's u. Without a negative
 * prompt the scale counts for nothing: the mean of the texts by their weights. With a rescale, the spread of the guided
 * prediction is brought to that of the texts' own and mixed in by that share (Lin et al., "Common Diffusion Noise
 * Schedules and Sample Steps are Flawed", 2024, section 3.4).
 */
export function createGuidanceSum(length: number, { scale, rescale }: GuidanceScale): GuidanceSum {
  const guided = new Float64Array(length)
  const without = new Float32Array(length)
  const texts = rescale > 0 ? new Float64Array(length) : undefined
  let weights: readonly (number | undefined)[] = []
  let total = 1
  let at = 0
  let isGuided = false

  const addText = (prediction: Float32Array, weight: number) => {
    if (isGuided) {
      const pull = weight * scale
      for (let i = 0; i < length; i++) {
        const moved = (prediction[i] as number) - (without[i] as number)
        guided[i] = (guided[i] as number) + pull * moved
      }
    } else {
      const share = weight / total
      for (let i = 0; i < length; i++) {
        guided[i] = (guided[i] as number) + share * (prediction[i] as number)
      }
    }
    if (texts === undefined) return
    const share = weight / total
    for (let i = 0; i < length; i++) {
      texts[i] = (texts[i] as number) + share * (prediction[i] as number)
    }
  }

  return {
    begin(next) {
      weights = next
      at = 0
      isGuided = weights[0] === undefined
      // Weights that cancel out leave no mean to speak of; their plain sum is then taken.
      total = weights.reduce<number>((sum, weight) => sum + (weight ?? 0), 0) || 1
      guided.fill(0)
      texts?.fill(0)
    },
    add(prediction) {
      const weight = weights[at++]
      if (weight !== undefined) return addText(prediction, weight)
      without.set(prediction)
      guided.set(prediction)
    },
    end() {
      if (texts !== undefined && isGuided) pullBack(guided, deviation(texts), rescale)
      return guided
    },
  }
}

/** Mixes values with themselves scaled to a deviation of `wanted`. */
function pullBack(values: Float64Array, wanted: number, share: number): void {
  const own = deviation(values)
  if (own === 0) return
  const factor = (wanted / own) * share + 1 - share
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor
}

/** With Bessel's correction, as torch counts. */
function deviation(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) * (value - mean)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}
