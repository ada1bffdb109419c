import { ReverieError } from '@reverie/core'

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** A name made of a repository's, folder's or file's. */
export const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\.(?:safetensors|onnx|json)$/, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[._-]+$/, '') || 'model'

/** @throws ReverieError `invalid_option` */
export function requireName(name: string): string {
  if (NAME.test(name)) return name
  throw new ReverieError(
    'invalid_option',
    `${JSON.stringify(name.slice(0, 100))} is no name for a model`,
    {
      field: 'name',
      accepted:
        'up to 64 of a to z, 0 to 9, dot, dash and underscore, beginning with a letter or digit',
    },
  )
}
