import { ReverieError } from '@reverie/core'

/** Brightest value of 255 that still counts as black: what a decoder makes of latents that overflowed. */
const BLACK = 2

/** @throws ReverieError `bad_output` when a value is NaN or infinite */
export function requireFinite(values: Float32Array | Float64Array, what: string): void {
  if (areFinite(values)) return
  throw new ReverieError(
    'bad_output',
    `${what} holds values that are not finite; the model overflowed. Use float32 weights or other settings`,
  )
}

// A plain loop: `every` takes ten times as long, and this runs over all latents after each step.
function areFinite(values: Float32Array | Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return false
  }
  return true
}

export const isBlack = (bytes: Uint8Array): boolean => !bytes.some((value) => value > BLACK)

/** @throws ReverieError `bad_output` when every pixel is black */
export function requireNotBlack(rgb: Uint8Array): void {
  if (!isBlack(rgb)) return
  throw new ReverieError(
    'bad_output',
    'the image is entirely black; the decoder overflowed. Use float32 weights for the decoder',
  )
}
