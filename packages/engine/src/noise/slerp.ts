/** Noise of one picture: `channels` planes of `height` rows of `width` values. */
export interface NoiseShape {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** Above this mean cosine the arc is a line, and the sine of its angle too small to divide by. */
const NEARLY_PARALLEL = 0.9995

/**
 * Goes the share `share` of the way from `from` to `to` along arcs, so that the result is as noisy as both: AUTOMATIC1111's
 * interpolation of variation seeds. It measures an angle for every column of each channel, over the column's values. Nearly
 * parallel noises, which only equal seeds make, are mixed linearly.
 */
export function slerp(
  from: Float32Array,
  to: Float32Array,
  share: number,
  { channels, height, width }: NoiseShape,
): Float32Array {
  const columns = channels * width
  // Values of a column lie a row apart, from its channel's first row on.
  const first = (column: number): number =>
    Math.floor(column / width) * height * width + (column % width)
  const cosines = Float64Array.from({ length: columns }, (_, column) =>
    cosineOfColumn(from, to, first(column), height, width),
  )
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / columns
  const mixed = new Float32Array(from.length)
  for (const [column, cosine] of cosines.entries()) {
    const [ofFrom, ofTo] = mean > NEARLY_PARALLEL ? [1 - share, share] : arc(cosine, share)
    const start = first(column)
    for (let i = start; i < start + height * width; i += width) {
      mixed[i] = ofFrom * (from[i] as number) + ofTo * (to[i] as number)
    }
  }
  return mixed
}

function cosineOfColumn(
  from: Float32Array,
  to: Float32Array,
  start: number,
  height: number,
  width: number,
): number {
  let [dot, ofFrom, ofTo] = [0, 0, 0]
  for (let i = start; i < start + height * width; i += width) {
    const [a, b] = [from[i] as number, to[i] as number]
    dot += a * b
    ofFrom += a * a
    ofTo += b * b
  }
  return dot / Math.sqrt(ofFrom * ofTo)
}

/** Weights of both ends; a column of opposite or equal values has no arc and is mixed linearly. */
function arc(cosine: number, share: number): readonly [number, number] {
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)))
  const size = Math.sin(angle)
  return size < Number.EPSILON
    ? [1 - share, share]
    : [Math.sin((1 - share) * angle) / size, Math.sin(share * angle) / size]
}
