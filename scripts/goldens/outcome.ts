import type { TableCell } from './sampler-table.ts'

/** One comparison, made or not. */
export type Outcome =
  | {
      readonly type: 'checked'
      readonly group: string
      readonly name: string
      /** The largest error found; infinite where not even the shape agrees. */
      readonly error: number
      readonly tolerance: number
      /** What another CPU's kernels may add, where the rest of the case shows that nothing else is wrong. */
      readonly kernelNoise?: number
      /** Where it stands in the table of samplers and schedules. */
      readonly cell?: TableCell
    }
  | {
      readonly type: 'skipped'
      readonly group: string
      readonly name: string
      readonly why: string
    }

export type Checked = Extract<Outcome, { type: 'checked' }>

/** `noise`: past the tolerance, by no more than another CPU's kernels add. */
export type Verdict = 'ok' | 'noise' | 'fail'

export const verdictOf = ({ error, tolerance, kernelNoise = 0 }: Checked): Verdict => {
  if (error <= tolerance) return 'ok'
  return error <= kernelNoise ? 'noise' : 'fail'
}

type Values = ArrayLike<number>

/** Largest absolute difference; infinite when lengths differ or a value is not finite. */
export function largestDifference(ours: Values, theirs: Values): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs((ours[i] ?? Number.NaN) - (theirs[i] ?? Number.NaN))
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY
    largest = Math.max(largest, difference)
  }
  return largest
}

export const largestValue = (values: Values): number =>
  Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

/** Norm of the difference over the norm of the reference. */
export function relativeL2(ours: Values, theirs: Values): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let norm = 0
  for (let i = 0; i < ours.length; i++) {
    const reference = theirs[i] ?? Number.NaN
    difference += ((ours[i] ?? Number.NaN) - reference) ** 2
    norm += reference ** 2
  }
  const error = Math.sqrt(difference / norm)
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY
}
