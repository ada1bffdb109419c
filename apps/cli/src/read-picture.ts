import { open } from 'node:fs/promises'
import { ReverieError } from '@reverie/core'

/**
 * Reads a file that should be a picture, and no more than a picture can have, however large the file is.
 * @throws ReverieError `file_unreadable`
 */
export async function readPicture(path: string, maxBytes: number): Promise<Uint8Array> {
  const fail = (why: string, cause?: unknown) =>
    new ReverieError('file_unreadable', `${path} ${why}`, { file: path }, { cause })
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw fail(code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code})`, cause)
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) throw fail('is not a file')
    if (found.size > maxBytes) {
      throw fail(`has ${found.size} bytes; pictures have at most ${maxBytes}`)
    }
    return new Uint8Array(await file.readFile())
  } finally {
    await file.close()
  }
}
