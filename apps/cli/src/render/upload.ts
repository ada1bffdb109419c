import { open } from 'node:fs/promises'
import type { Client } from '@reverie/api'
import { MAX_INPUT_BYTES, type RenderRequestInput, ReverieError } from '@reverie/core'
import { findPictureFormat } from '@reverie/trust'

const unreadable = (path: string, why: string, cause?: unknown): ReverieError =>
  new ReverieError('file_unreadable', `${path} ${why}`, { file: path }, { cause })

/** Reads no more than an input picture may have. @throws ReverieError `file_unreadable` */
export async function readPicture(path: string): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw unreadable(
      path,
      code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code})`,
      cause,
    )
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) throw unreadable(path, 'is not a file')
    if (found.size > MAX_INPUT_BYTES) {
      throw unreadable(path, `has ${found.size} bytes; at most ${MAX_INPUT_BYTES} are taken`)
    }
    return new Uint8Array(await file.readFile())
  } finally {
    await file.close()
  }
}

/**
 * Sends the pictures that a request names by their paths, and gives the request with their hashes in the paths' places.
 * @throws ReverieError `file_unreadable` before anything is sent; what the coordinator says about a picture
 */
export async function uploadPictures(
  client: Pick<Client, 'createInput'>,
  request: RenderRequestInput,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<RenderRequestInput> {
  if (paths.length === 0) return request
  const files = await Promise.all(paths.map(readPicture))
  const types = files.map((bytes, at) => {
    const format = findPictureFormat(bytes)
    if (format) return `image/${format.name}`
    throw unreadable(paths[at] ?? '', 'is not a PNG, JPEG or WebP by its first bytes')
  })
  const hashes = new Map<string, string>()
  for (const [at, path] of paths.entries()) {
    const input = { bytes: files[at] ?? new Uint8Array(), type: types[at] ?? '' }
    hashes.set(path, (await client.createInput(input, { signal })).hash)
  }
  return withHashes(request, hashes)
}

function withHashes(
  request: RenderRequestInput,
  hashes: ReadonlyMap<string, string>,
): RenderRequestInput {
  const { init, inpaint, control } = request
  const hashOf = (path: string) => hashes.get(path) ?? path
  return {
    ...request,
    ...(init ? { init: { ...init, image: hashOf(init.image) } } : {}),
    ...(inpaint ? { inpaint: { ...inpaint, mask: hashOf(inpaint.mask) } } : {}),
    ...(control
      ? { control: control.map((each) => ({ ...each, image: hashOf(each.image) })) }
      : {}),
  } as RenderRequestInput
}
