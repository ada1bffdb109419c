import type { RgbImage } from '../images/raster.ts'
import type { Point } from './face-detector.ts'

/** x' = a x - b y + dx, y' = b x + a y + dy: turns, scales and moves, never mirrors or shears. */
interface Similarity {
  readonly a: number
  readonly b: number
  readonly dx: number
  readonly dy: number
}

/**
 * Where a restorer expects the eyes, the nose and the corners of the mouth, as shares of the square's side: the mean face
 * of FFHQ, which GFPGAN and CodeFormer were trained on.
 */
const TEMPLATE: readonly Point[] = [
  { x: 0.3769, y: 0.4686 },
  { x: 0.6229, y: 0.4691 },
  { x: 0.5012, y: 0.6133 },
  { x: 0.3931, y: 0.7254 },
  { x: 0.6115, y: 0.7249 },
]

/** The similarity that brings a face's landmarks nearest to a square of `side` pixels, in least squares. */
export function alignment(landmarks: readonly Point[], side: number): Similarity {
  const to = TEMPLATE.map(({ x, y }) => ({ x: x * side, y: y * side }))
  const from = landmarks.slice(0, to.length)
  const centre = (points: readonly Point[]): Point => ({
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  })
  const [middle, target] = [centre(from), centre(to)]
  let along = 0
  let across = 0
  let spread = 0
  from.forEach((point, i) => {
    const goal = to[i] as Point
    const [x, y] = [point.x - middle.x, point.y - middle.y]
    const [u, v] = [goal.x - target.x, goal.y - target.y]
    along += x * u + y * v
    across += x * v - y * u
    spread += x * x + y * y
  })
  // Five equal points have no direction: they are only moved.
  const a = spread === 0 ? 1 : along / spread
  const b = spread === 0 ? 0 : across / spread
  return {
    a,
    b,
    dx: target.x - (a * middle.x - b * middle.y),
    dy: target.y - (b * middle.x + a * middle.y),
  }
}

function inverse({ a, b, dx, dy }: Similarity): Similarity {
  const scale = a * a + b * b
  const [p, q] = [a / scale, -b / scale]
  return { a: p, b: q, dx: -(p * dx - q * dy), dy: -(q * dx + p * dy) }
}

const move = ({ a, b, dx, dy }: Similarity, { x, y }: Point): Point => ({
  x: a * x - b * y + dx,
  y: b * x + a * y + dy,
})

/** The square of `side` pixels that `to` maps the picture onto, bilinear, edges repeated. */
export function cutOut(picture: RgbImage, to: Similarity, side: number): RgbImage {
  const back = inverse(to)
  const rgb = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = move(back, { x: x + 0.5, y: y + 0.5 })
      sample(picture, at, rgb, (y * side + x) * 3)
    }
  }
  return { rgb, width: side, height: side }
}

/** How much of a face's square fades into the picture around it, as a share of its side. */
const FADE = 0.12

/** Lays a square back over the picture it was cut out of, its edge fading in; `strength` 0 leaves the picture. */
export function layBack(picture: RgbImage, face: RgbImage, to: Similarity, strength: number): void {
  const side = face.width
  const back = inverse(to)
  const corners = [0, side].flatMap((x) => [0, side].map((y) => move(back, { x, y })))
  const range = (values: readonly number[], end: number) => [
    Math.max(0, Math.floor(Math.min(...values))),
    Math.min(end, Math.ceil(Math.max(...values))),
  ]
  const [left = 0, right = 0] = range(
    corners.map(({ x }) => x),
    picture.width,
  )
  const [top = 0, bottom = 0] = range(
    corners.map(({ y }) => y),
    picture.height,
  )
  const colour = new Uint8Array(3)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = move(to, { x: x + 0.5, y: y + 0.5 })
      const edge = Math.min(at.x, at.y, side - at.x, side - at.y) / (FADE * side)
      const share = Math.min(1, Math.max(0, edge)) * strength
      if (share === 0) continue
      sample(face, at, colour, 0)
      const target = (y * picture.width + x) * 3
      for (let channel = 0; channel < 3; channel++) {
        const before = picture.rgb[target + channel] as number
        const after = colour[channel] as number
        picture.rgb[target + channel] = Math.round(before + share * (after - before))
      }
    }
  }
}

/** The colour at a point between pixels; pixel (0, 0) has its middle at (0.5, 0.5). */
function sample({ rgb, width, height }: RgbImage, { x, y }: Point, into: Uint8Array, at: number) {
  const within = (value: number, end: number) => Math.min(end - 1, Math.max(0, value))
  const [u, v] = [within(x - 0.5, width), within(y - 0.5, height)]
  const [left, top] = [Math.floor(u), Math.floor(v)]
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)]
  const [across, down] = [u - left, v - top]
  for (let channel = 0; channel < 3; channel++) {
    const value = (column: number, row: number) =>
      rgb[(row * width + column) * 3 + channel] as number
    const upper = value(left, top) * (1 - across) + value(right, top) * across
    const lower = value(left, bottom) * (1 - across) + value(right, bottom) * across
    into[at + channel] = Math.round(upper * (1 - down) + lower * down)
  }
}
