import { expect, it } from 'vitest'
import { planUnipc } from '../../src/samplers/unipc.ts'
import { unipcWeights } from '../../src/samplers/unipc-weights.ts'

const SIGMAS = [
  14.614646911621094, 7.297353744506836, 4.081730842590332, 2.4925317764282227, 1.6182796955108643,
  1.0724865198135376, 0.6957994699478149, 0.3999822735786438, 0.02916753478348255,
]

/** diffusers' UniPCMultistepScheduler of order 3 on the denoiser below, ending at sigma_min: states 3, 6 and 8. */
const REFERENCE = {
  bh1: [
    [0.9619387282112792, 1.04421618693385, 0.27620851805970137, -0.7634226738656222],
    [0.9464347012909435, 1.0287857087146455, 0.4974381450300238, -0.5285924612506325],
    [0.58478891594461, 0.6581531751854813, 0.5969111550953303, 0.18552510470487726],
  ],
  bh2: [
    [0.9617884403848447, 1.0441344419607468, 0.2759520323175139, -0.7633058642538644],
    [0.9463301497406529, 1.028732644396891, 0.497250897355362, -0.5284680526955622],
    [0.5850269050438821, 0.6582159446888997, 0.5964764189330907, 0.1785532539253868],
  ],
} as const

it.each(['bh1', 'bh2'] as const)('of order 3 goes where diffusers goes: %s', async (variant) => {
  const plan = planUnipc(Float64Array.from(SIGMAS), { order: 3, variant })
  const states: number[][] = []
  const denoise = async (x: Float64Array, sigma: number) =>
    x.map((value, i) => {
      const scaled = (1.3 * value) / Math.sqrt(1 + sigma * sigma)
      return 0.7 * Math.tanh(scaled + 0.8 * Math.sin(0.37 * i))
    })
  const x = Float64Array.from({ length: 4 }, (_, i) => Math.sin(i + 1))
  const noise = () => new Float32Array()
  for await (const state of plan.run({ x, denoise, noise })) states.push([...state])
  for (const [i, step] of [2, 5, 7].entries()) {
    for (const [k, value] of (REFERENCE[variant][i] ?? []).entries()) {
      expect(states[step]?.[k]).toBeCloseTo(value, 5)
    }
  }
})

it('weighs so that polynomials up to its order are met exactly', () => {
  // For bh2 and a small step the corrector's weights tend to those of Adams-Moulton: a half for order 1.
  const { predictor, corrector } = unipcWeights([-1], -1e-3, 'bh2')
  expect(predictor).toEqual([0.5])
  expect(corrector[0]).toBeCloseTo(1 / 12, 3)
  expect(corrector[1]).toBeCloseTo(5 / 12, 3)
})
