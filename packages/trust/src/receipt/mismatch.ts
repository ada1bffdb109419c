import { finishedSize, type JobSpec, trajectoryLength } from '@reverie/core'
import type { ReceiptBody } from '@reverie/protocol'
import { requestHash } from './request-hash.ts'

/** One thing that two sources state differently. */
export interface Mismatch {
  /** e.g. "seed" */
  readonly what: string
  readonly expected: string | number
  readonly found: string | number
}

const compare = (
  what: string,
  expected: string | number,
  found: string | number,
): readonly Mismatch[] => (expected === found ? [] : [{ what, expected, found }])

/** Where a receipt states another job than the spec. The hash covers all of it; the single fields say what differs. */
export function requestMismatches(body: ReceiptBody, spec: JobSpec): readonly Mismatch[] {
  const { width, height } = finishedSize(spec)
  return [
    ...compare('job', spec.job, body.job),
    ...compare('model', spec.model, body.model),
    ...compare('sampler', spec.sampler, body.sampler),
    ...compare('schedule', spec.schedule, body.schedule),
    ...compare('steps', spec.steps, body.steps),
    ...compare('CFG scale', spec.cfgScale, body.cfgScale),
    ...compare('seed', spec.seed, body.seed),
    ...compare('noise generator', spec.rng, body.rng),
    ...compare('leaves of the trajectory', trajectoryLength(spec), body.trajectory.leaves),
    ...compare('file type', `image/${spec.format ?? 'png'}`, body.image.type),
    ...compare('width', width, body.image.width),
    ...compare('height', height, body.image.height),
    ...compare('request hash', requestHash(spec), body.request),
  ]
}

/** Before the first step, and after it: no job commits to less. */
const FEWEST_LEAVES = 2

/**
 * Where a receipt contradicts itself. How many latents were to be committed only the request says: a picture to start
 * from makes them fewer than the steps, a second pass more. Its times may contradict: a clock can be set back during a job.
 */
export const contradictions = ({ trajectory: { leaves } }: ReceiptBody): readonly Mismatch[] =>
  leaves >= FEWEST_LEAVES
    ? []
    : [{ what: 'leaves of the trajectory, at least', expected: FEWEST_LEAVES, found: leaves }]

/** "seed: 1 expected, 2 found; steps: ..." */
export const describeMismatches = (
  mismatches: readonly Mismatch[],
  [expected, found]: readonly [string, string] = ['expected', 'found'],
): string =>
  mismatches
    .map((each) => `${each.what}: ${each.expected} ${expected}, ${each.found} ${found}`)
    .join('; ')
