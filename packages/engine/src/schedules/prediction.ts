import type { SchedulerConfig } from './scheduler-config.ts'

type PredictionType = SchedulerConfig['prediction_type']

/** What the latents of a state with noise `sigma` are multiplied by before a model of this kind sees them. */
export const inputScale = (type: PredictionType, sigma: number): number =>
  type === 'flow' ? 1 : 1 / Math.sqrt(sigma * sigma + 1)

/**
 * The estimate of the clean latents from a model's prediction at `sigma`: `x` in sigma space (a flow model's as it is),
 * not scaled. `target` may be `prediction`.
 */
export function cleanInto(
  target: Float64Array,
  type: PredictionType,
  x: ArrayLike<number>,
  prediction: ArrayLike<number>,
  sigma: number,
): void {
  const [ofState, ofPrediction] = weightsOf(type, sigma)
  for (let i = 0; i < target.length; i++) {
    target[i] = ofState * (x[i] as number) + ofPrediction * (prediction[i] as number)
  }
}

function weightsOf(type: PredictionType, sigma: number): readonly [number, number] {
  switch (type) {
    case 'epsilon':
    case 'flow':
      return [1, -sigma]
    case 'v_prediction': {
      const size = sigma * sigma + 1
      return [1 / size, -sigma / Math.sqrt(size)]
    }
    case 'sample':
      return [0, 1]
  }
}
