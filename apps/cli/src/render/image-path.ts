import { link, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { type ImageFormat, ReverieError } from '@reverie/core'

/** What a file's ending says about its format; the first ending of a format is the one we write. */
const FORMATS: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.webp': 'webp',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
}
const SLUG_CHARS = 40
/** More copies of one name than anybody makes; the loop has to end. */
const MAX_COPIES = 10_000

/** Where the pictures of a render go. */
export interface Destination {
  readonly folder: string
  /** File name without extension; undefined takes one from prompt and hash. */
  readonly name: string | undefined
  /** What the file's ending asks for; undefined for a folder. */
  readonly format: ImageFormat | undefined
}

/** Words of a prompt as a file name: letters and digits of any script, hyphens between. */
export const slugOf = (prompt: string): string =>
  prompt
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+/, '')
    .slice(0, SLUG_CHARS)
    .replace(/-+$/, '') || 'image'

/** Reads --out: what ends like a picture is a file, anything else a folder. @throws ReverieError `invalid_option` */
export async function destinationOf(out: string): Promise<Destination> {
  const path = resolve(out)
  const isFolder = out.endsWith('/') || (await stat(path).catch(() => undefined))?.isDirectory()
  const extension = extname(path).toLowerCase()
  if (isFolder || extension === '') return { folder: path, name: undefined, format: undefined }
  const format = FORMATS[extension]
  const folder = dirname(path)
  if (format) return { folder, name: path.slice(folder.length + 1, -extension.length), format }
  throw new ReverieError(
    'invalid_option',
    `--out ${out}: pictures are saved as PNG, WebP or JPEG`,
    {
      field: '--out',
      accepted: `a path that ends in ${Object.keys(FORMATS).join(', ')}, or a folder`,
    },
  )
}

/**
 * Makes the folder and tries to write in it, so that no picture is rendered that has no place.
 * @throws ReverieError `file_unreadable` when the folder cannot be written
 */
export async function claimFolder(folder: string): Promise<void> {
  const probe = join(folder, `.reverie.${process.pid}.probe`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(probe, '')
  } catch (cause) {
    throw cannotSave(folder, cause)
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

const cannotSave = (folder: string, cause: unknown): ReverieError =>
  new ReverieError(
    'file_unreadable',
    `pictures cannot be saved in ${folder}: ${(cause as Error).message}; choose another place with --out`,
    { folder },
    { cause },
  )

/** The ending that files of a format get. */
const extensionOf = (format: ImageFormat): string =>
  Object.keys(FORMATS).find((ending) => FORMATS[ending] === format) ?? ''

/**
 * Writes a file whole or not at all, and never over another: name.png, name-2.png, ...
 * @returns its absolute path
 * @throws ReverieError `file_unreadable` when the folder cannot be written
 */
export async function saveImage(
  folder: string,
  name: string,
  format: ImageFormat,
  bytes: Uint8Array,
): Promise<string> {
  const draft = join(folder, `.${name}.${process.pid}.part`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(draft, bytes)
    for (let copy = 1; copy <= MAX_COPIES; copy++) {
      const path = join(folder, `${name}${copy === 1 ? '' : `-${copy}`}${extensionOf(format)}`)
      // A link fails where a file exists; a rename would replace it.
      const isFree = await link(draft, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      )
      if (isFree) return path
    }
    throw new Error(`${MAX_COPIES} files of that name exist`)
  } catch (cause) {
    throw cannotSave(folder, cause)
  } finally {
    await rm(draft, { force: true }).catch(() => {})
  }
}
