import { drawnSize, hiresSchedule } from '@reverie/core'
import type { Size } from '../images/raster.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { planSampler, type SamplerChoice } from '../samplers/plan-sampler.ts'
import type { SamplerPlan } from '../samplers/sampler.ts'
import type { DrawRequest } from './drawing.ts'

/** One run of the sampler. */
export interface Pass {
  /** Of what is drawn, pixels. */
  readonly size: Size
  readonly plan: SamplerPlan
  /** Steps of the pass before it. */
  readonly stepsBefore: number
  /** A refiner takes its last calls: those of the last pass, as AUTOMATIC1111 does. */
  readonly isRefined: boolean
}

/** The pass at the render's size and, with a hires fix, a second one at the finished size. */
export function passesOf(
  { table, scheduler, family }: Pick<Pipeline, 'table' | 'scheduler' | 'family'>,
  request: DrawRequest,
): readonly Pass[] {
  const { width, height, sampler, schedule, steps, eta, init, hires, refiner } = request
  const plan = (of: Pick<SamplerChoice, 'steps' | 'strength' | 'last'>) =>
    planSampler({ sampler, schedule, eta, family, ...of }, table, scheduler)
  const isRefined = refiner !== undefined
  const first = {
    size: { width, height },
    plan: plan({ steps, strength: init?.strength }),
    stepsBefore: 0,
  }
  if (hires === undefined) return [{ ...first, isRefined }]
  const second = {
    size: drawnSize(request),
    plan: plan(hiresSchedule(hires.steps ?? steps, hires.strength)),
    stepsBefore: first.plan.steps,
  }
  return [
    { ...first, isRefined: false },
    { ...second, isRefined },
  ]
}
