export {
  decodeInput,
  decodeMask,
  type GreyImage,
  type InputLimits,
  inspectInput,
} from './decode-input.ts'
export { type EncodeOptions, encodeImage, encodePreview } from './encode-image.ts'
export { type InspectLimits, inspectResult } from './inspect-result.ts'
export type { RgbImage } from './raster.ts'
