/** One tile along one axis: where it begins, and how much each of its values counts in the whole, 0 to 1. */
export interface TileSpan {
  readonly start: number
  readonly weights: Float64Array
}

/**
 * Where tiles begin that cover `length` values and share at least `overlap` with their neighbours. All are `tile` long, so
 * that a graph sees one shape; a length within one tile is covered by itself.
 */
export function tileStarts(length: number, tile: number, overlap: number): readonly number[] {
  if (length <= tile) return [0]
  const count = Math.ceil((length - overlap) / (tile - overlap))
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)))
}

/**
 * In an overlap a tile fades linearly into the next; at each value the weights of all tiles sum to 1.
 * @param starts as of {@link tileStarts}, in the unit of `length` and `tile`
 */
export function tileSpans(
  starts: readonly number[],
  length: number,
  tile: number,
): readonly TileSpan[] {
  const side = Math.min(tile, length)
  const spans = starts.map((start, i) => {
    const before = starts[i - 1]
    const after = starts[i + 1]
    const rising = before === undefined ? 0 : before + side - start
    const falling = after === undefined ? 0 : start + side - after
    const weights = Float64Array.from({ length: side }, (_, at) =>
      Math.min(1, ramp(at, rising), ramp(side - 1 - at, falling)),
    )
    return { start, weights }
  })
  const sums = new Float64Array(length)
  for (const { start, weights } of spans) {
    weights.forEach((weight, at) => {
      sums[start + at] = (sums[start + at] as number) + weight
    })
  }
  return spans.map(({ start, weights }) => ({
    start,
    weights: weights.map((weight, at) => weight / (sums[start + at] as number)),
  }))
}

/** In the middle of its step, so that two ramps across an overlap sum to 1. */
const ramp = (at: number, width: number): number => (width === 0 ? 1 : (at + 0.5) / width)

/** [channels, height, width]. */
export interface PlaneSize {
  readonly channels: number
  readonly width: number
  readonly height: number
}

/** Cuts the part of `to`'s size that begins at (left, top) out of planes. */
export function cutTile(
  from: Float32Array,
  size: PlaneSize,
  { left, top }: { readonly left: number; readonly top: number },
  into: Float32Array,
  to: PlaneSize,
): void {
  for (let channel = 0; channel < to.channels; channel++) {
    for (let y = 0; y < to.height; y++) {
      const start = (channel * size.height + top + y) * size.width + left
      into.set(from.subarray(start, start + to.width), (channel * to.height + y) * to.width)
    }
  }
}

/** Adds a tile to planes, each value by the product of its row's and its column's weight. */
export function blendTile(
  tile: Float32Array,
  columns: TileSpan,
  rows: TileSpan,
  into: Float32Array,
  size: PlaneSize,
): void {
  const width = columns.weights.length
  const height = rows.weights.length
  for (let channel = 0; channel < size.channels; channel++) {
    for (let y = 0; y < height; y++) {
      const rowWeight = rows.weights[y] as number
      const source = (channel * height + y) * width
      const target = (channel * size.height + rows.start + y) * size.width + columns.start
      for (let x = 0; x < width; x++) {
        const weight = rowWeight * (columns.weights[x] as number)
        into[target + x] = (into[target + x] as number) + weight * (tile[source + x] as number)
      }
    }
  }
}
