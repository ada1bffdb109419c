import { largestDifference, largestValue, type Outcome } from './outcome.ts'
import { planDiffusers, planKDiffusion } from './plan-reference-run.ts'
import { readGoldenJson } from './read-golden.ts'
import { runPlan } from './run-plan.ts'
import { SamplersFile } from './sampler-file.ts'

/** Relative to the largest value of the state. */
const NOISE_FREE = 1e-5
const WITH_NOISE = 2e-5
/**
 * diffusers' bh1 multiplies infinity by zero in its last step, so that its own final state is no number at all. Every state
 * up to that step is compared, and ours must end at numbers.
 */
const NO_FINAL = ' but the last'
const DRAWS_NOISE = /ancestral|sde|eta|lcm/

export async function checkSamplers(folder: string): Promise<Outcome[]> {
  const file = await readGoldenJson(folder, 'samplers.json', SamplersFile)
  const outcomes: Outcome[] = []
  for (const run of file.runs) outcomes.push(await checkRun(run, file))
  return outcomes
}

type Run = SamplersFile['runs'][number]

async function checkRun(run: Run, { MU: mu, seed }: SamplersFile): Promise<Outcome> {
  const planned = run.library === 'k-diffusion' ? planKDiffusion(run) : planDiffusers(run)
  const name = `${run.library} ${run.sampler}`
  if ('why' in planned) return { type: 'skipped', group: 'samplers', name, why: planned.why }
  const { plan, initialScale, toReference, levelError, label } = planned
  const { states, calls } = await runPlan({
    plan,
    seed: String(seed),
    mu,
    length: run.final.length,
    ...(initialScale === undefined ? {} : { initialScale }),
  })
  const hasFinal = run.final.some(Number.isFinite)
  const compared = hasFinal ? states : states.slice(0, -1)
  const errors = compared.map((state, step) => {
    const ours = state.map((value) => value * toReference(step))
    const theirs = step === plan.steps ? run.final : run.first8_per_step[step]
    if (theirs === undefined) return Number.POSITIVE_INFINITY
    return largestDifference(ours.subarray(0, theirs.length), theirs) / largestValue(ours)
  })
  const isShaped =
    calls === run.model_calls &&
    plan.modelCalls === calls &&
    states.every((state) => state.every(Number.isFinite)) &&
    run.first8_per_step.length === plan.steps
  return {
    type: 'checked',
    group: 'samplers',
    cell: { row: run.sampler, column: run.library === 'k-diffusion' ? run.schedule : 'diffusers' },
    name: `${name}, ${label}${hasFinal ? '' : NO_FINAL}`,
    error: isShaped ? Math.max(levelError, ...errors) : Number.POSITIVE_INFINITY,
    tolerance: DRAWS_NOISE.test(run.sampler) ? WITH_NOISE : NOISE_FREE,
  }
}
