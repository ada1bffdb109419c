import { dirname, parse } from 'node:path'
import { EXIT, MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'
import { pictureFormatOf } from '@reverie/trust'
import type { Command } from '../command.ts'
import { readPicture } from '../read-picture.ts'
import { saveImage } from '../render/image-path.ts'

/** A picture, and room for what is to be taken out of it. */
const MAX_FILE_BYTES = MAX_IMAGE_BYTES + 4 * 1024 * 1024

export const strip: Command = {
  name: 'strip',
  operands: '<image...>',
  summary: 'copy a picture without prompt, settings, receipt and camera data; its pixels stay',
  flags: {},
  examples: ['strip red-apple-81f3.png'],
  run: async ({ operands }, { terminal, json }) => {
    if (operands.length === 0) {
      throw new ReverieError('invalid_option', 'The picture to strip is missing.', {
        accepted: 'one or more PNG, WebP or JPEG files',
      })
    }
    for (const path of operands) {
      const file = await readPicture(path, MAX_FILE_BYTES)
      const format = pictureFormatOf(file)
      const bare = format.withoutMetadata(file)
      const name = `${parse(path).name}.stripped`
      const out = await saveImage(dirname(path), name, format.name, bare)
      const bytes = file.length - bare.length
      if (json) terminal.print(JSON.stringify({ file: path, stripped: out, bytes }))
      else terminal.print(`${out}: ${bytes} bytes of text and metadata left out`)
    }
    return EXIT.ok
  },
}
