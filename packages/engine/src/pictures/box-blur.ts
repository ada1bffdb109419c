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
  const blurred = plane.slice()
  if (sigma === 0) return blurred
  const radius = extendedRadius(sigma)
  const rows = createLineBlur(width, radius)
  for (let y = 0; y < height; y++) rows(blurred, y * width, 1)
  const columns = createLineBlur(height, radius)
  for (let x = 0; x < width; x++) columns(blurred, x, width)
  return blurred
}

/** Half the width of the box whose `PASSES`-fold convolution has variance `sigma` squared. */
function extendedRadius(sigma: number): number {
  const variance = (sigma * sigma) / PASSES
  const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2)
  const wider = (whole + 1) * (whole + 1)
  const share = ((2 * whole + 1) * (whole * (whole + 1) - 3 * variance)) / (6 * (variance - wider))
  return whole + share
}

/**
 * Blurs lines of `length` values in place. A box has 2 * radius + 1 values, the two outermost of which count by the fraction
 * of `radius`; its sum slides along the line.
 */
function createLineBlur(
  length: number,
  radius: number,
): (values: Float64Array, start: number, step: number) => void {
  const whole = Math.floor(radius)
  const share = radius - whole
  const margin = whole + 1
  const weight = 1 / (2 * radius + 1)
  let from = new Float64Array(length + 2 * margin)
  let to = new Float64Array(from.length)
  return (values, start, step) => {
    for (let i = 0; i < length; i++) from[margin + i] = values[start + i * step] as number
    for (let pass = 0; pass < PASSES; pass++) {
      from.fill(from[margin] as number, 0, margin)
      from.fill(from[margin + length - 1] as number, margin + length)
      let sum = 0
      for (let i = 1; i <= 2 * whole + 1; i++) sum += from[i] as number
      for (let i = 0; i < length; i++) {
        const before = from[i] as number
        const after = from[i + 2 * margin] as number
        to[margin + i] = (sum + share * (before + after)) * weight
        sum += after - (from[i + 1] as number)
      }
      ;[from, to] = [to, from]
    }
    for (let i = 0; i < length; i++) values[start + i * step] = from[margin + i] as number
  }
}
