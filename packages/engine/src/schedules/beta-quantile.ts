/** Halvings of [0, 1/2] that reach the last bit of a double near 1/2. */
const HALVINGS = 60
/** Terms of the series that reach it: at most 1/2, they fall by half each. */
const TERMS = 60

/**
 * The quantile of the beta distribution with both shapes equal to `shape`: the x below which the share `share` of it lies,
 * 0 to 1. The inverse of the regularised incomplete beta function, which needs no gamma function where the distribution is
 * symmetric: half of it lies below 1/2.
 */
export function symmetricBetaQuantile(share: number, shape: number): number {
  if (share > 0.5) return 1 - symmetricBetaQuantile(1 - share, shape)
  const wanted = 2 * share * incompleteBeta(0.5, shape)
  let [low, high] = [0, 0.5]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, shape) < wanted) low = middle
    else high = middle
  }
  return share === 0 ? 0 : high
}

/** The integral of t^(a - 1) (1 - t)^(a - 1) over [0, x], x at most 1/2: binomial series of the second factor. */
function incompleteBeta(x: number, a: number): number {
  let coefficient = 1
  let power = x ** a
  let sum = 0
  for (let n = 0; n < TERMS; n++) {
    sum += (coefficient * power) / (a + n)
    coefficient *= (n + 1 - a) / (n + 1)
    power *= x
  }
  return sum
}
