import type { Schedule } from '@reverie/core'
import { linspace } from './interpolate.ts'
import type { NoiseTable } from './noise-table.ts'

/** Chooses the noise levels of a run: `steps` falling sigmas and a final 0. */
export type ScheduleFunction = (table: NoiseTable, steps: number) => Float64Array

/** Curvature of the Karras schedule (Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", 2022). */
const RHO = 7

const withFinalZero = (sigmas: Float64Array): Float64Array => {
  const all = new Float64Array(sigmas.length + 1)
  all.set(sigmas)
  return all
}

const normal: ScheduleFunction = (table, steps) =>
  withFinalZero(linspace(table.length - 1, 0, steps).map(table.sigmaAt))

const karras: ScheduleFunction = (table, steps) =>
  withFinalZero(
    linspace(table.sigmaMax ** (1 / RHO), table.sigmaMin ** (1 / RHO), steps).map(
      (root) => root ** RHO,
    ),
  )

/** Every schedule served. A new one is a function here and a name in core. */
export const SCHEDULE_FUNCTIONS: Record<Schedule, ScheduleFunction> = { normal, karras }
