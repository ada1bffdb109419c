import { jpegFormat } from '../jpeg/jpeg-format.ts'
import { pngFormat } from '../png/png-format.ts'
import { webpFormat } from '../webp/webp-format.ts'
import { fileError, type PictureFormat } from './picture-format.ts'

const PICTURE_FORMATS: readonly PictureFormat[] = [pngFormat, webpFormat, jpegFormat]

/** The format of a picture file by its first bytes; undefined for anything else. */
export const findPictureFormat = (file: Uint8Array): PictureFormat | undefined =>
  PICTURE_FORMATS.find((format) => format.matches(file))

/** @throws ReverieError `file_unreadable` when it is none of the formats that we write */
export function pictureFormatOf(file: Uint8Array): PictureFormat {
  const format = findPictureFormat(file)
  if (format !== undefined) return format
  const titles = PICTURE_FORMATS.map(({ title }) => title).join(', ')
  throw fileError(
    `The file is not a picture that can carry a receipt (${titles}); give the file as it was downloaded`,
  )
}
