import type { Client } from '@reverie/api'
import {
  isReverieError,
  MAX_INPUT_BYTES,
  type RenderRequestInput,
  ReverieError,
} from '@reverie/core'
import { findPictureFormat } from '@reverie/trust'
import { readPicture } from '../read-picture.ts'

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
  const files = await Promise.all(paths.map((path) => readPicture(path, MAX_INPUT_BYTES)))
  const types = files.map((bytes, at) => {
    const format = findPictureFormat(bytes)
    if (format) return `image/${format.name}`
    const path = paths[at] ?? ''
    const message = `${path} is not a PNG, JPEG or WebP by its first bytes`
    throw new ReverieError('file_unreadable', message, { file: path })
  })
  const hashes = new Map<string, string>()
  for (const [at, path] of paths.entries()) {
    const input = { bytes: files[at] ?? new Uint8Array(), type: types[at] ?? '' }
    hashes.set(path, (await send(client, path, input, signal)).hash)
  }
  return withHashes(request, hashes)
}

/** What the coordinator refuses is told with the name of the file: it has only seen its bytes. */
async function send(
  client: Pick<Client, 'createInput'>,
  path: string,
  input: Parameters<Client['createInput']>[0],
  signal: AbortSignal,
): ReturnType<Client['createInput']> {
  try {
    return await client.createInput(input, { signal })
  } catch (error) {
    if (!isReverieError(error) || error.code !== 'input_invalid') throw error
    const facts = { ...error.facts, file: path }
    throw new ReverieError(error.code, `${path}: ${error.message}`, facts, { cause: error })
  }
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
