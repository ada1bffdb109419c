// Arithmetic on sampler states. Arrays of one call have equal lengths, so every read is in range.

/** target = a * x + b * y. `target` may be `x` or `y`. */
export function blend(
  target: Float64Array,
  x: ArrayLike<number>,
  a: number,
  y: ArrayLike<number>,
  b: number,
): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = a * (x[i] as number) + b * (y[i] as number)
  }
}

/** x = a * x + b * y, in place. */
export const mix = (x: Float64Array, a: number, y: ArrayLike<number>, b: number): void =>
  blend(x, x, a, y, b)

/** x = x + scale * y, in place. */
export function addScaled(x: Float64Array, scale: number, y: ArrayLike<number>): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + scale * (y[i] as number)
}

/** x = x + scale * (y - z), in place. */
export function addDifference(
  x: Float64Array,
  scale: number,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
): void {
  for (let i = 0; i < x.length; i++) {
    x[i] = (x[i] as number) + scale * ((y[i] as number) - (z[i] as number))
  }
}

/** The slope dx/dsigma = (x - clean) / sigma, written over `clean`. */
export function slopeInto(clean: Float64Array, x: Float64Array, sigma: number): Float64Array {
  blend(clean, x, 1 / sigma, clean, -1 / sigma)
  return clean
}

/** Keeps the newest `length` of what is added, the newest first. */
export function remember<T>(history: T[], newest: T, length: number): void {
  history.unshift(newest)
  if (history.length > length) history.pop()
}
