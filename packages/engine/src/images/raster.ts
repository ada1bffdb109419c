/** Width and height, pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A decoded picture. */
export interface RgbImage extends Size {
  /** Interleaved, 3 bytes a pixel. */
  readonly rgb: Uint8Array
}

/** A picture (3 channels) or a mask (1 channel), interleaved, a byte each. */
export interface Raster extends Size {
  readonly bytes: Uint8Array
  readonly channels: 1 | 3
}

export const rasterOf = ({ rgb, width, height }: RgbImage): Raster => ({
  bytes: rgb,
  channels: 3,
  width,
  height,
})

export const rgbOf = ({ bytes, width, height }: Raster): RgbImage => ({ rgb: bytes, width, height })

export const isSameSize = (a: Size, b: Size): boolean =>
  a.width === b.width && a.height === b.height
