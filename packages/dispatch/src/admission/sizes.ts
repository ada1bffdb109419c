import {
  drawnSize,
  type InputRecord,
  type ModelManifest,
  RENDER_LIMITS,
  type RenderRequest,
} from '@reverie/core'
import { invalid, unsupported } from './refusals.ts'

interface Size {
  readonly width: number
  readonly height: number
}

const LONGEST = RENDER_LIMITS.side.max

function side(field: 'width' | 'height', value: number, { size, name }: ModelManifest): number {
  if (value >= size.min && value <= size.max && value % size.step === 0) return value
  const accepted = `${size.min} to ${size.max} in steps of ${size.step}`
  throw unsupported(name, field, String(value), accepted)
}

/** The size that a request leaves open: that of the picture with its margins where one is to grow, else the model's. */
function openSize(
  { outpaint }: Pick<RenderRequest, 'outpaint'>,
  init: InputRecord | undefined,
  { defaults, size }: ModelManifest,
): Size {
  if (!outpaint || !init) return defaults
  const nearest = (pixels: number) => Math.round(pixels / size.step) * size.step
  return {
    width: nearest(init.width + outpaint.left + outpaint.right),
    height: nearest(init.height + outpaint.top + outpaint.bottom),
  }
}

/**
 * The render's size, held against what the model draws and what a finished picture may measure.
 * @param init the picture to start from, where there is one
 * @throws ReverieError `unsupported_by_model`, `invalid_parameter`
 */
export function sizeOf(
  request: RenderRequest,
  init: InputRecord | undefined,
  manifest: ModelManifest,
): Size {
  const open = openSize(request, init, manifest)
  const size = {
    width: side('width', request.width ?? open.width, manifest),
    height: side('height', request.height ?? open.height, manifest),
  }
  checkMargins(request, size)
  checkFinished(request, size)
  return size
}

/** Margins are part of the render's size: something of the picture must be left between them. */
function checkMargins({ outpaint }: RenderRequest, { width, height }: Size): void {
  if (!outpaint) return
  const { left, top, right, bottom } = outpaint
  if (left + top + right + bottom === 0) {
    throw invalid('outpaint', 'adds nothing', 'at least one margin above 0')
  }
  if (left + right < width && top + bottom < height) return
  throw invalid(
    'outpaint',
    `leaves nothing of the picture in ${width}x${height}`,
    `margins that together are smaller than ${width} wide and ${height} high`,
  )
}

const fits = ({ width, height }: Size) => Math.max(width, height) <= LONGEST
const words = ({ width, height }: Size) => `${width}x${height}`

function checkFinished({ hires, upscale }: RenderRequest, size: Size): void {
  const scales = (largest: number) =>
    `at most ${Math.floor((LONGEST / largest) * 100) / 100} here: no side may pass ${LONGEST} pixels`
  // The upscaler's name plays no part in sizes; it is resolved to a CID elsewhere.
  const drawn = drawnSize({ ...size, hires: hires && { ...hires, upscaler: 'latent' } })
  if (!fits(drawn)) {
    const largest = Math.max(size.width, size.height)
    throw invalid('hires.scale', `makes the picture ${words(drawn)}`, scales(largest))
  }
  if (!upscale) return
  const finished = {
    width: Math.round(drawn.width * upscale.scale),
    height: Math.round(drawn.height * upscale.scale),
  }
  if (fits(finished)) return
  const largest = Math.max(drawn.width, drawn.height)
  throw invalid('upscale.scale', `makes the picture ${words(finished)}`, scales(largest))
}
