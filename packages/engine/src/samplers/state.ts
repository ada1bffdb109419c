// Arithmetic on sampler states. Arrays of one call have equal lengths, so every read is in range.

/** x = a * x + b * y, in place. */
export function mix(x: Float64Array, a: number, y: ArrayLike<number>, b: number): void {
  for (let i = 0; i < x.length; i++) x[i] = a * (x[i] as number) + b * (y[i] as number)
}

/** x = x + scale * y, in place. */
export const addScaled = (x: Float64Array, scale: number, y: ArrayLike<number>): void =>
  mix(x, 1, y, scale)

/** a * x + b * y as a new array. */
export function combine(x: Float64Array, a: number, y: ArrayLike<number>, b: number): Float64Array {
  const sum = x.slice()
  mix(sum, a, y, b)
  return sum
}
