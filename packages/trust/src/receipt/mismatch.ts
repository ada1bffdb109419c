import type { JobSpec } from '@reverie/core'
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
export const requestMismatches = (body: ReceiptBody, spec: JobSpec): readonly Mismatch[] => [
  ...compare('job', spec.job, body.job),
  ...compare('model', spec.model, body.model),
  ...compare('sampler', spec.sampler, body.sampler),
  ...compare('schedule', spec.schedule, body.schedule),
  ...compare('steps', spec.steps, body.steps),
  ...compare('CFG scale', spec.cfgScale, body.cfgScale),
  ...compare('seed', spec.seed, body.seed),
  ...compare('noise generator', spec.rng, body.rng),
  ...compare('width', spec.width, body.image.width),
  ...compare('height', spec.height, body.image.height),
  ...compare('request hash', requestHash(spec), body.request),
]

/** Where a receipt contradicts itself. Its times may: a clock can be set back during a job. */
export const contradictions = (body: ReceiptBody): readonly Mismatch[] => [
  ...compare('leaves of the trajectory', body.steps + 1, body.trajectory.leaves),
]

/** "seed: 1 expected, 2 found; steps: ..." */
export const describeMismatches = (
  mismatches: readonly Mismatch[],
  [expected, found]: readonly [string, string] = ['expected', 'found'],
): string =>
  mismatches
    .map((each) => `${each.what}: ${each.expected} ${expected}, ${each.found} ${found}`)
    .join('; ')
