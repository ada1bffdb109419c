/** Thresholds of the gradient's magnitude: those that ControlNet's canny models were trained with. */
const LOW = 100
const HIGH = 200
/** tan(22.5 degrees) with 15 binary digits, as OpenCV sorts gradients into four directions. */
const TAN_22 = 13_573
const SHIFT = 15

/** Gradient of the channel that changes most, and its magnitude |dx| + |dy| with a border of zeros around. */
interface Gradient {
  readonly dx: Int16Array
  readonly dy: Int16Array
  /** (width + 2) x (height + 2). */
  readonly magnitude: Int32Array
}

/**
 * Edges of a picture (Canny, "A Computational Approach to Edge Detection", 1986), pixel for pixel as OpenCV's `Canny` with
 * thresholds of 100 and 200: 255 on an edge, else 0. `rgb` is interleaved.
 */
export function canny(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const gradient = sobel(rgb, width, height)
  const edges = new Uint8Array(width * height)
  const weak = new Uint8Array(width * height)
  const strong: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const magnitude = ridge(gradient, x, y, width)
      const pixel = y * width + x
      if (magnitude > HIGH) {
        edges[pixel] = 255
        strong.push(pixel)
      } else if (magnitude > LOW) weak[pixel] = 1
    }
  }
  // Weak edges count where they touch strong ones.
  for (let pixel = strong.pop(); pixel !== undefined; pixel = strong.pop()) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const near = ny * width + nx
        if (weak[near] !== 1) continue
        weak[near] = 0
        edges[near] = 255
        strong.push(near)
      }
    }
  }
  return edges
}

/** Sobel's operator of 3 x 3; the border repeats the edge. */
function sobel(rgb: Uint8Array, width: number, height: number): Gradient {
  const dx = new Int16Array(width * height)
  const dy = new Int16Array(width * height)
  const magnitude = new Int32Array((width + 2) * (height + 2))
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width
    const here = y * width
    const below = Math.min(height - 1, y + 1) * width
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1)
      const right = Math.min(width - 1, x + 1)
      let most = -1
      for (let c = 0; c < 3; c++) {
        const at = (row: number, column: number) => rgb[(row + column) * 3 + c] as number
        const across =
          at(above, right) -
          at(above, left) +
          2 * (at(here, right) - at(here, left)) +
          at(below, right) -
          at(below, left)
        const down =
          at(below, left) -
          at(above, left) +
          2 * (at(below, x) - at(above, x)) +
          at(below, right) -
          at(above, right)
        const size = Math.abs(across) + Math.abs(down)
        if (size <= most) continue
        most = size
        dx[here + x] = across
        dy[here + x] = down
      }
      magnitude[(y + 1) * (width + 2) + x + 1] = most
    }
  }
  return { dx, dy, magnitude }
}

/** The magnitude at a pixel where it is the largest across its edge, else 0. */
function ridge({ dx, dy, magnitude }: Gradient, x: number, y: number, width: number): number {
  const row = width + 2
  const at = (y + 1) * row + x + 1
  const here = magnitude[at] as number
  if (here <= LOW) return 0
  const [gx, gy] = [dx[y * width + x] as number, dy[y * width + x] as number]
  const run = Math.abs(gx) * TAN_22
  const rise = Math.abs(gy) * 2 ** SHIFT
  const beats = (before: number, after: number, isDiagonal = false) => {
    const last = magnitude[at + after] as number
    return here > (magnitude[at + before] as number) && (isDiagonal ? here > last : here >= last)
  }
  let isRidge: boolean
  if (rise < run) isRidge = beats(-1, 1)
  else if (rise > run + Math.abs(gx) * 2 ** (SHIFT + 1)) isRidge = beats(-row, row)
  else {
    const side = gx < 0 === gy < 0 ? 1 : -1
    isRidge = beats(-row - side, row + side, true)
  }
  return isRidge ? here : 0
}
