import { ReverieError } from '@reverie/core'

/** Brightest value of 255 that still counts as black: what a decoder makes of latents that overflowed. */
const BLACK = 2

/** @throws ReverieError `bad_output` when a value is NaN or infinite */
export function requireFinite(values: Float32Array | Float64Array, what: string): void {
  if (values.every(Number.isFinite)) return
  throw new ReverieError(
    'bad_output',
    `${what} holds values that are not finite; the model overflowed. Use float32 weights or other settings`,
  )
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
