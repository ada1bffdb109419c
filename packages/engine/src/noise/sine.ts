// Sine and cosine in plain arithmetic, for two reasons: a seed must mean the same noise on every machine, and engines are
// free to change the last bits of Math.sin; and they cost a quarter of it.

/** A quarter of a turn, radians. */
export const QUARTER: number = Math.PI / 2

/** By the power series; off by less than 1e-13 between -pi/4 and pi/4. */
export function sineNear0(x: number): number {
  const s = x * x
  const tail = -1 / 5040 + s * (1 / 362_880 + s * (-1 / 39_916_800 + s * (1 / 6_227_020_800)))
  return x + x * s * (-1 / 6 + s * (1 / 120 + s * tail))
}

/** By the power series; off by less than 1e-13 between -pi/4 and pi/4. */
export function cosineNear0(x: number): number {
  const s = x * x
  const tail = 1 / 40_320 + s * (-1 / 3_628_800 + s * (1 / 479_001_600 + s * (-1 / 87_178_291_200)))
  return 1 + s * (-1 / 2 + s * (1 / 24 + s * (-1 / 720 + s * tail)))
}

/** Quarters of a turn nearest to `angle`, which is 0 to about 1000. */
export const quartersIn = (angle: number): number => (angle / QUARTER + 0.5) | 0

/** Sine of an angle from 0 to about 1000 radians. */
export function sine(angle: number): number {
  const quarters = quartersIn(angle)
  const rest = angle - quarters * QUARTER
  const value = (quarters & 1) === 0 ? sineNear0(rest) : cosineNear0(rest)
  return (quarters & 2) === 0 ? value : -value
}
