import { ReverieError } from '@reverie/core'
import { LATENT_CHANNELS, type LatentSize, PIXELS_PER_LATENT } from './geometry.ts'
import { createReusableBuffer } from './reusable-buffer.ts'
import {
  blendTile,
  cutTile,
  type PlaneSize,
  type TileSpan,
  tileSpans,
  tileStarts,
} from './tiles.ts'

/** Latents that neighbouring tiles of 64 share; a smaller tile shares a quarter of its side. */
const OVERLAP = 16
const SMALLEST_TILE = 8

/** Runs a graph over planes of one size: [channels, height, width] -> [channels, height, width]. */
type PlaneRun = (values: Float32Array, latents: LatentSize) => Promise<Float32Array>

/** What goes in and what comes out, per latent. */
export interface TiledShape {
  readonly input: { readonly channels: number; readonly scale: number }
  readonly output: { readonly channels: number; readonly scale: number }
}

const LATENTS = { channels: LATENT_CHANNELS, scale: 1 }
const PIXELS = { channels: 3, scale: PIXELS_PER_LATENT }
export const DECODING: TiledShape = { input: LATENTS, output: PIXELS }
/** What an encoder states: a mean and a logarithm of the variance per latent, or drawn latents. */
export const encodingOf = (channels: number): TiledShape => ({
  input: PIXELS,
  output: { channels, scale: 1 },
})

/**
 * Runs a VAE tile by tile and blends what overlaps. Its mid attention sees one tile at a time, so tones differ slightly from
 * a run in one piece. The result is overwritten by the next call.
 */
export function createTiledRun(
  { input, output }: TiledShape,
  run: PlaneRun,
): (values: Float32Array, size: LatentSize, tile: number) => Promise<Float32Array> {
  const cutting = createReusableBuffer()
  const blending = createReusableBuffer()
  return async (values, size, tile) => {
    if (!Number.isInteger(tile) || tile < SMALLEST_TILE) {
      throw new ReverieError(
        'internal',
        `a tile has ${SMALLEST_TILE} latents a side or more, not ${tile}`,
      )
    }
    const overlap = Math.min(OVERLAP, Math.floor(tile / 4))
    const left = tileStarts(size.width, tile, overlap)
    const top = tileStarts(size.height, tile, overlap)
    const tileSize = { width: Math.min(tile, size.width), height: Math.min(tile, size.height) }
    const from = planesOf(input, size)
    const cutSize = planesOf(input, tileSize)
    const cut = cutting(volumeOf(cutSize))
    const to = planesOf(output, size)
    const whole = blending(volumeOf(to)).fill(0)
    const scaled = (starts: readonly number[], side: number) =>
      tileSpans(
        starts.map((start) => start * output.scale),
        side * output.scale,
        tile * output.scale,
      )
    const columns = scaled(left, size.width)
    for (const row of scaled(top, size.height)) {
      for (const column of columns) {
        const corner = { left: toInput(column), top: toInput(row) }
        cutTile(values, from, corner, cut, cutSize)
        blendTile(await run(cut, tileSize), column, row, whole, to)
      }
    }
    return whole
  }

  function toInput({ start }: TileSpan): number {
    return (start / output.scale) * input.scale
  }
}

const planesOf = (
  { channels, scale }: TiledShape['input'],
  { width, height }: LatentSize,
): PlaneSize => ({ channels, width: width * scale, height: height * scale })

const volumeOf = ({ channels, width, height }: PlaneSize): number => channels * width * height
