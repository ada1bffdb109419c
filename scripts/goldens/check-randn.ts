import * as z from 'zod/mini'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'
import { largestDifference, type Outcome } from './outcome.ts'
import { Numbers, readGoldenJson, SeedText } from './read-golden.ts'

const Count = z.int().check(z.gte(1), z.lte(100_000_000))

const RandnFile = z.object({
  cases: z._default(
    z.array(
      z.object({
        seed: SeedText,
        n: Count,
        first: Numbers,
        last: z.optional(Numbers),
        sum: z.optional(z.number()),
        sumsq: z.optional(z.number()),
      }),
    ),
    [],
  ),
  sequence: z.optional(
    z.object({ seed: SeedText, draws: z.array(z.object({ n: Count, first: Numbers })) }),
  ),
})

/** Below this, torch works in float64 and every value must be equal. */
const BLOCK = 16
const toleranceOf = (n: number) => (n < BLOCK ? 0 : 1e-6)
/** Sums of equal values may differ in the last digit of float64. */
const SUM_ROUNDING = 1e-12

export async function checkRandn(folder: string): Promise<Outcome[]> {
  const file = await readGoldenJson(folder, 'randn.json', RandnFile)
  const cases = file.cases.map(({ seed, n, first, last = [], sum, sumsq }): Outcome => {
    const values = createTorchGenerator(seed).randn(n)
    const total = values.reduce((all, value) => all + value, 0)
    const squares = values.reduce((all, value) => all + value * value, 0)
    const error = Math.max(
      largestDifference(values.subarray(0, first.length), first),
      largestDifference(values.subarray(n - last.length), last),
      // Sums see the values in between: their error per value.
      sumError(total, sum, n),
      sumError(squares / 2, sumsq === undefined ? undefined : sumsq / 2, n),
    )
    return {
      type: 'checked',
      group: 'randn',
      name: `seed ${seed}, n ${n}`,
      error,
      tolerance: toleranceOf(n),
    }
  })
  return [...cases, ...checkSequence(file.sequence)]
}

function sumError(ours: number, theirs: number | undefined, n: number): number {
  if (theirs === undefined) return 0
  const error = Math.abs(ours - theirs) / n
  return error < SUM_ROUNDING ? 0 : error
}

function checkSequence(sequence: z.infer<typeof RandnFile>['sequence']): Outcome[] {
  if (sequence === undefined) return []
  const generator = createTorchGenerator(sequence.seed)
  return sequence.draws.map(({ n, first }, index) => ({
    type: 'checked',
    group: 'randn',
    name: `seed ${sequence.seed}, draw ${index + 1} of a sequence, n ${n}`,
    error: largestDifference(generator.randn(n).subarray(0, first.length), first),
    tolerance: toleranceOf(n),
  }))
}
