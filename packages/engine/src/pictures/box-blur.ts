/** Passes that make a box blur nearly Gaussian. */
const PASSES = 3

/**
 * Blurs one plane nearly as a Gaussian of deviation `sigma` would, in time that does not grow with it: three passes of a
 * box of fractional width (Gwosdek et al., "Theoretical Foundations of Gaussian Convolution by Extended Box Filtering",
 * 2011), as Pillow's `GaussianBlur`. Borders repeat the edge.
 */
export function boxBlur(
  plane: Float64Array,
  { width, height }: { readonly width: number; readonly height: number },
  sigma: number,
): Float64Array {
  if (sigma === 0) return plane.slice()
  const radius = extendedRadius(sigma)
  let from = plane.slice()
  let to = new Float64Array(plane.length)
  for (let pass = 0; pass < PASSES; pass++) {
    for (let y = 0; y < height; y++) blurLine(from, to, y * width, 1, width, radius)
    ;[from, to] = [to, from]
  }
  for (let pass = 0; pass < PASSES; pass++) {
    for (let x = 0; x < width; x++) blurLine(from, to, x, width, height, radius)
    ;[from, to] = [to, from]
  }
  return from
}

/** Half the width of the box whose `PASSES`-fold convolution has variance `sigma` squared. */
function extendedRadius(sigma: number): number {
  const variance = (sigma * sigma) / PASSES
  const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2)
  const wider = (whole + 1) * (whole + 1)
  const share = ((2 * whole + 1) * (whole * (whole + 1) - 3 * variance)) / (6 * (variance - wider))
  return whole + share
}

/** One line through a box of 2 * radius + 1; the two outermost values count by the fraction of `radius`. */
function blurLine(
  from: Float64Array,
  to: Float64Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  const whole = Math.floor(radius)
  const share = radius - whole
  const last = length - 1
  const at = (i: number) => from[start + Math.min(last, Math.max(0, i)) * step] as number
  let sum = 0
  for (let i = -whole; i <= whole; i++) sum += at(i)
  for (let i = 0; i < length; i++) {
    to[start + i * step] =
      (sum + share * (at(i - whole - 1) + at(i + whole + 1))) / (2 * radius + 1)
    sum += at(i + whole + 1) - at(i - whole)
  }
}
