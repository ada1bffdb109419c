import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addScaled, remember, slopeInto } from './state.ts'

const ORDER = 4

/**
 * Linear multistep of order 4 (k-diffusion's `sample_lms`): the polynomial through the last slopes, integrated over the
 * step. A step needs the states of the three before it.
 */
export const planLms: SigmaPlanner = (sigmas, { space = 'sigma' } = {}) =>
  createPlan({ levels: stepsThrough(sigmas), space, history: ORDER - 1 }, ({ x, denoise }) => {
    const slopes: { sigma: number; slope: Float64Array }[] = []
    return async ({ from, to }) => {
      const slope = slopeInto(await denoise(x, from), x, from)
      remember(slopes, { sigma: from, slope }, ORDER)
      const at = slopes.map(({ sigma }) => sigma)
      for (const [i, past] of slopes.entries()) {
        addScaled(x, integralOfBasis(at, i, from, to), past.slope)
      }
    }
  })

/** Two-point Gauss-Legendre quadrature, exact for the cubics at hand. */
const GAUSS = 1 / Math.sqrt(3)

/** The integral over [from, to] of the polynomial that is 1 at `at[i]` and 0 at the other points. */
function integralOfBasis(at: readonly number[], i: number, from: number, to: number): number {
  const own = at[i] ?? 0
  const others = at.filter((_, k) => k !== i)
  const basis = (sigma: number): number =>
    others.reduce((product, other) => (product * (sigma - other)) / (own - other), 1)
  const half = (to - from) / 2
  const middle = (to + from) / 2
  return half * (basis(middle - GAUSS * half) + basis(middle + GAUSS * half))
}
