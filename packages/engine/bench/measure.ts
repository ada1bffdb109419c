/** The middle value; of an even number the upper of the two. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Median milliseconds of a warm call of `work`. */
export async function medianTime(work: () => unknown, calls: number): Promise<number> {
  await work()
  const walls: number[] = []
  for (let i = 0; i < calls; i++) walls.push(await timed(work))
  return median(walls)
}

/** Long enough for the compiler to settle and for a garbage collection or two. */
const SAMPLE_MS = 200
const SAMPLES = 5

/** Calls of `work` per second: the median of some short samples, after one that is not counted. */
export async function rate(work: () => unknown): Promise<number> {
  const rates: number[] = []
  for (let i = 0; i <= SAMPLES; i++) {
    const start = performance.now()
    let calls = 0
    while (performance.now() - start < SAMPLE_MS) {
      await work()
      calls++
    }
    rates.push((calls * 1000) / (performance.now() - start))
  }
  return median(rates.slice(1))
}
