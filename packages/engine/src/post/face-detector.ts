import { type RgbImage, rasterOf } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { createFloatInput, createFloatOutput } from '../pipeline/float-tensors.ts'
import { findTensor, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** A face in a picture, pixels. */
export interface Face {
  /** 0 to 1. */
  readonly score: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Left eye, right eye, nose, left and right corner of the mouth, as the picture shows them. */
  readonly landmarks: readonly Point[]
}

export interface FaceDetector {
  /** Best first, none overlapping another by much. */
  detect(image: RgbImage): Promise<readonly Face[]>
}

/** Pixels per cell of the detector's three grids. */
const STRIDES = [8, 16, 32] as const
const LANDMARKS = 5
/** Side of the square the detector sees where its graph leaves it free. */
const DEFAULT_SIDE = 640
const LEAST_SCORE = 0.7
/** Two boxes that share more of their union are one face. */
const MOST_OVERLAP = 0.3
const MOST_FACES = 16

/**
 * YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023) as OpenCV's model zoo exports it: `input`
 * [1, 3, side, side], blue, green, red, 0 to 255; for each stride s, `cls_s`, `obj_s` [1, cells, 1], `bbox_s`
 * [1, cells, 4] and `kps_s` [1, cells, 10].
 * @throws ReverieError `model_invalid`
 */
export function createFaceDetector(session: OrtSession): FaceDetector {
  const part = 'face_detector'
  const image = findTensor(part, 'input', session, ['input'])
  requireOnlyInputs(part, session, [image.name])
  const last = image.shape.at(-1)
  const side = typeof last === 'number' && last > 0 ? last : DEFAULT_SIDE
  const input = createFloatInput(part, image)
  const outputs = STRIDES.map((stride) => {
    const of = (name: string) =>
      createFloatOutput(part, findTensor(part, 'output', session, [`${name}_${stride}`]))
    return { stride, cls: of('cls'), obj: of('obj'), bbox: of('bbox'), kps: of('kps') }
  })

  return {
    async detect(picture) {
      const scale = side / Math.max(picture.width, picture.height)
      await fill(input.values(3 * side * side), picture, side)
      const targets = outputs.flatMap(({ stride, cls, obj, bbox, kps }) => {
        const cells = (side / stride) ** 2
        const sized = [
          [cls, 1],
          [obj, 1],
          [bbox, 4],
          [kps, 2 * LANDMARKS],
        ] as const
        return sized.map(([output, values]) => [
          output.spec.name,
          output.target([1, cells, values]),
        ])
      })
      await session.run(
        { [image.name]: input.tensor([1, 3, side, side]) },
        Object.fromEntries(targets),
      )
      const found = outputs.flatMap(({ stride, cls, obj, bbox, kps }) =>
        facesOf(
          { cls: cls.values(), obj: obj.values(), bbox: bbox.values(), kps: kps.values() },
          { stride, columns: side / stride, scale },
        ),
      )
      return withoutOverlaps(found.toSorted((a, b) => b.score - a.score))
    },
  }
}

/** The picture in the top left corner of a black square, largest side first, as planes of blue, green and red. */
async function fill(planes: Float32Array, picture: RgbImage, side: number): Promise<void> {
  const scale = side / Math.max(picture.width, picture.height)
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  const { bytes } = await resize(rasterOf(picture), { width, height })
  planes.fill(0)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const at = ((2 - channel) * side + y) * side + x
        planes[at] = bytes[(y * width + x) * 3 + channel] as number
      }
    }
  }
}

interface Grid {
  readonly cls: Float32Array
  readonly obj: Float32Array
  readonly bbox: Float32Array
  readonly kps: Float32Array
}

function facesOf(
  { cls, obj, bbox, kps }: Grid,
  { stride, columns, scale }: { stride: number; columns: number; scale: number },
): Face[] {
  const faces: Face[] = []
  const unit = (value: number | undefined) => Math.min(1, Math.max(0, value ?? 0))
  for (let cell = 0; cell < cls.length; cell++) {
    const score = Math.sqrt(unit(cls[cell]) * unit(obj[cell]))
    if (score < LEAST_SCORE) continue
    const column = cell % columns
    const row = Math.floor(cell / columns)
    const box = (i: number) => bbox[cell * 4 + i] as number
    const width = (Math.exp(box(2)) * stride) / scale
    const height = (Math.exp(box(3)) * stride) / scale
    const point = (i: number): Point => ({
      x: (((kps[cell * 10 + 2 * i] as number) + column) * stride) / scale,
      y: (((kps[cell * 10 + 2 * i + 1] as number) + row) * stride) / scale,
    })
    faces.push({
      score,
      left: ((column + box(0)) * stride) / scale - width / 2,
      top: ((row + box(1)) * stride) / scale - height / 2,
      width,
      height,
      landmarks: Array.from({ length: LANDMARKS }, (_, i) => point(i)),
    })
  }
  return faces
}

function withoutOverlaps(sorted: readonly Face[]): readonly Face[] {
  const kept: Face[] = []
  for (const face of sorted) {
    if (kept.length === MOST_FACES) break
    if (kept.every((other) => overlap(face, other) <= MOST_OVERLAP)) kept.push(face)
  }
  return kept
}

/** What two boxes share, of what they cover together. */
function overlap(a: Face, b: Face): number {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top)
  if (across <= 0 || down <= 0) return 0
  const shared = across * down
  return shared / (a.width * a.height + b.width * b.height - shared)
}
