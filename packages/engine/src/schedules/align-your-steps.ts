import type { ModelFamily } from '@reverie/core'
import { interpolate, linspace } from './interpolate.ts'

/** Levels of ten steps, found for each family by Sabour et al., "Align Your Steps", 2024; table published with the paper. */
const STABLE_DIFFUSION = [
  14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029,
]
const SDXL = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029]

/** `steps` falling sigmas between the published ones, linear in log sigma. */
export function alignYourSteps(family: ModelFamily, steps: number): Float64Array {
  const published = family === 'sdxl' || family === 'sdxl_refiner' ? SDXL : STABLE_DIFFUSION
  const places = linspace(0, 1, published.length)
  const logs = Float64Array.from(published, Math.log)
  return linspace(0, 1, steps).map((place) => Math.exp(interpolate(place, places, logs)))
}
