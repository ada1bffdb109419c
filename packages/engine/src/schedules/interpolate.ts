/**
 * Piecewise linear interpolation through (xs[i], ys[i]), held constant outside. `xs` ascends; both have the same
 * length, at least 1.
 */
export function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  let low = 0
  let high = xs.length - 1
  // Indices stay between 0 and length - 1, so every read is in range.
  const at = (values: Float64Array, i: number): number => values[i] as number
  if (x <= at(xs, low)) return at(ys, low)
  if (x >= at(xs, high)) return at(ys, high)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(xs, middle) <= x) low = middle
    else high = middle
  }
  const share = (x - at(xs, low)) / (at(xs, high) - at(xs, low))
  return at(ys, low) + share * (at(ys, high) - at(ys, low))
}

/** `count` values from `start` to `end`, both included; `start` alone when `count` is 1. */
export const linspace = (start: number, end: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) =>
    count === 1 ? start : start + (i * (end - start)) / (count - 1),
  )
