import type { Raster } from '../images/raster.ts'

/** The kernel ends this many deviations from its middle, as OpenCV's is cut where AUTOMATIC1111 blurs masks. */
const REACH = 2.5

/**
 * Blurs a mask with a Gaussian of deviation `sigma` pixels; at the borders the picture is mirrored. Rounded to bytes after
 * each direction, as AUTOMATIC1111 does with OpenCV. A sigma of 0 leaves it as it is.
 */
export function gaussianBlur(mask: Raster, sigma: number): Raster {
  if (sigma === 0) return mask
  const kernel = gaussianKernel(sigma)
  const { width, height } = mask
  const rows = blurLines(mask.bytes, kernel, {
    lines: height,
    stride: width,
    length: width,
    step: 1,
  })
  const bytes = blurLines(rows, kernel, { lines: width, stride: 1, length: height, step: width })
  return { ...mask, bytes }
}

/** From the middle outwards; the whole kernel sums to 1. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(REACH * sigma + 0.5)
  const half = Float64Array.from({ length: radius + 1 }, (_, i) =>
    Math.exp(-(i * i) / (2 * sigma * sigma)),
  )
  const sum = half.reduce((all, value, i) => all + (i === 0 ? value : 2 * value), 0)
  return half.map((value) => value / sum)
}

interface Lines {
  readonly lines: number
  /** From the start of one line to that of the next. */
  readonly stride: number
  readonly length: number
  /** From one value of a line to the next. */
  readonly step: number
}

function blurLines(
  bytes: Uint8Array,
  kernel: Float64Array,
  { lines, stride, length, step }: Lines,
): Uint8Array {
  const blurred = new Uint8Array(bytes.length)
  const radius = kernel.length - 1
  const padded = new Float64Array(length + 2 * radius)
  for (let line = 0; line < lines; line++) {
    const start = line * stride
    for (let i = 0; i < padded.length; i++) {
      padded[i] = bytes[start + mirrored(i - radius, length) * step] as number
    }
    // Most lines of a mask are of one value, which a blur does not change.
    const isFlat = padded.every((value) => value === padded[0])
    for (let i = 0; i < length; i++) {
      blurred[start + i * step] = isFlat ? (padded[0] as number) : weigh(padded, i + radius, kernel)
    }
  }
  return blurred
}

function weigh(values: Float64Array, at: number, kernel: Float64Array): number {
  let sum = (kernel[0] as number) * (values[at] as number)
  for (let i = 1; i < kernel.length; i++) {
    sum += (kernel[i] as number) * ((values[at - i] as number) + (values[at + i] as number))
  }
  return Math.round(sum)
}

/** Mirrors an index at the borders without repeating the border itself: cb|abcd|cb. */
function mirrored(at: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const inPeriod = ((at % period) + period) % period
  return inPeriod < length ? inPeriod : period - inPeriod
}
