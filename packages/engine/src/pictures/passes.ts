import { drawnSize } from '@reverie/core'
import type { Size } from '../images/raster.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { planSampler } from '../samplers/plan-sampler.ts'
import type { SamplerPlan } from '../samplers/sampler.ts'
import type { DrawRequest } from './drawing.ts'

/** One run of the sampler. */
export interface Pass {
  /** Of what is drawn, pixels. */
  readonly size: Size
  readonly plan: SamplerPlan
}

/** The pass at the render's size and, with a hires fix, a second one at the finished size. */
export function passesOf(
  { table, scheduler, family }: Pick<Pipeline, 'table' | 'scheduler' | 'family'>,
  request: DrawRequest,
): readonly [Pass, ...Pass[]] {
  const { width, height, sampler, schedule, steps, eta, init, hires } = request
  const plan = (of: { readonly steps: number; readonly strength: number | undefined }) =>
    planSampler({ sampler, schedule, eta, family, ...of }, table, scheduler)
  const first = { size: { width, height }, plan: plan({ steps, strength: init?.strength }) }
  if (hires === undefined) return [first]
  const second = plan({ steps: hires.steps ?? steps, strength: hires.strength })
  return [first, { size: drawnSize(request), plan: second }]
}
