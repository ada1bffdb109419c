import { type InstalledModel, isReverieError, ReverieError } from '@reverie/core'
import { type RgbImage, rasterOf, rgbOf } from '../images/raster.ts'
import { requireFinite } from '../pictures/output-guards.ts'
import { crop, extendEdges } from '../pictures/raster-geometry.ts'
import { toPlanes } from '../pictures/to-planes.ts'
import { toRgb } from '../pictures/to-rgb.ts'
import { createFloatInput, createFloatOutput } from '../pipeline/float-tensors.ts'
import { blendTile, cutTile, tileSpans, tileStarts } from '../pipeline/tiles.ts'
import { findTensor, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { type CompanionModules, openCompanion } from './open-companion.ts'

export interface Upscaler {
  /** Pixels per pixel, on each side. */
  readonly factor: number
  /** `checkpoint` is awaited before each tile; it throws to stop. */
  enlarge(image: RgbImage, checkpoint?: () => Promise<void>): Promise<RgbImage>
  close(): Promise<void>
}

/** Pixels a side of one tile, as far as the graph leaves its size free, and how many neighbours share. */
const TILE = 256
const OVERLAP = 16
/** Factors that upscalers have, likeliest first. */
const FACTORS = [4, 2, 1, 8, 3] as const
const PROBE_SIDE = 16

/**
 * An ESRGAN-like model: [1, 3, height, width], 0 to 1, to the same times its factor. Pictures go through in tiles whose
 * overlaps are blended, so that memory does not grow with their size.
 * @throws ReverieError `model_invalid`, `model_file_missing`, `out_of_memory`
 */
export async function openUpscaler(
  modules: CompanionModules,
  model: InstalledModel,
): Promise<Upscaler> {
  const session = await openCompanion(modules, model, 'upscaler')
  try {
    return await createUpscaler(session)
  } catch (error) {
    await session.release().catch(() => {})
    throw error
  }
}

async function createUpscaler(session: OrtSession): Promise<Upscaler> {
  const part = 'upscaler'
  const image = findTensor(part, 'input', session, ['input', 'image', 'x', 'lq'])
  const larger = findTensor(part, 'output', session, ['output', 'y', 'sr'])
  requireOnlyInputs(part, session, [image.name])
  const input = createFloatInput(part, image)
  const output = createFloatOutput(part, larger)
  const fixed = fixedSide(image.shape)

  const run = async (width: number, height: number, factor: number) => {
    await session.run(
      { [image.name]: input.tensor([1, 3, height, width]) },
      { [larger.name]: output.target([1, 3, height * factor, width * factor]) },
    )
    return output.values()
  }
  const side = fixed ?? PROBE_SIDE
  input.values(3 * side * side).fill(0.5)
  const factor = await findFactor((each) => run(side, side, each))

  return {
    factor,
    async enlarge(picture, checkpoint = async () => {}) {
      // A graph of one size sees smaller pictures stretched over a tile by repeating their last pixels.
      const tile = fixed ?? TILE
      const width = fixed === undefined ? picture.width : Math.max(picture.width, fixed)
      const height = fixed === undefined ? picture.height : Math.max(picture.height, fixed)
      const margins = {
        left: 0,
        top: 0,
        right: width - picture.width,
        bottom: height - picture.height,
      }
      const from = toPlanes(extendEdges(rasterOf(picture), margins), 0, 1)
      const size = { channels: 3, width, height }
      const cut = { channels: 3, width: Math.min(tile, width), height: Math.min(tile, height) }
      const whole = { channels: 3, width: width * factor, height: height * factor }
      const into = new Float32Array(3 * whole.width * whole.height)
      const spansOf = (length: number) =>
        tileSpans(
          tileStarts(length, tile, OVERLAP).map((start) => start * factor),
          length * factor,
          tile * factor,
        )
      const columns = spansOf(width)
      for (const row of spansOf(height)) {
        for (const column of columns) {
          await checkpoint()
          const corner = { left: column.start / factor, top: row.start / factor }
          cutTile(from, size, corner, input.values(3 * cut.width * cut.height), cut)
          blendTile(await run(cut.width, cut.height, factor), column, row, into, whole)
        }
      }
      requireFinite(into, 'the enlarged picture')
      const larger = rasterOf({ ...whole, rgb: toRgb(into, 0, 1) })
      const kept = { width: picture.width * factor, height: picture.height * factor }
      return rgbOf(crop(larger, { left: 0, top: 0, ...kept }))
    },
    close: () => session.release(),
  }
}

/** The side of a graph that takes one square size only. @throws ReverieError `model_invalid` for one that is not square */
function fixedSide(shape: readonly (number | string)[]): number | undefined {
  const [height, width] = shape.slice(-2)
  if (typeof height !== 'number' || typeof width !== 'number' || height < 1 || width < 1) {
    return undefined
  }
  if (height === width && height > OVERLAP) return height
  throw new ReverieError(
    'model_invalid',
    `upscaler: the graph takes ${width} x ${height} pixels only; export it with free sizes or a square one above ${OVERLAP}`,
  )
}

/** ONNX Runtime writes into arrays of the right size only, so the first factor that it accepts is the graph's. */
async function findFactor(run: (factor: number) => Promise<unknown>): Promise<number> {
  let last: unknown
  for (const factor of FACTORS) {
    try {
      await run(factor)
      return factor
    } catch (error) {
      if (isReverieError(error) && error.code === 'out_of_memory') throw error
      last = error
    }
  }
  throw new ReverieError(
    'model_invalid',
    `upscaler: the graph does not enlarge by ${FACTORS.join(', ')}: ${last instanceof Error ? last.message : last}`,
    {},
    { cause: last },
  )
}
