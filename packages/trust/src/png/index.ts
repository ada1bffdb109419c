export { readPngSize } from './size.ts'
export { readPngText, removePngText, writePngText } from './text.ts'
export type { NewPngText, PngText } from './text-chunk.ts'
