import { Readable } from 'node:stream'
import type { Handlers } from '@reverie/api/server'
import { type BlobStore, ReverieError, type Sha256 } from '@reverie/core'
import { parseByteRange } from '../byte-range.ts'
import { IMAGE_HEAD_BYTES, imageTypeOf } from '../image-type.ts'

/** Content addresses never change, so caches may keep what they have for a year, the longest that is heeded. */
const FOREVER = 'public, max-age=31536000, immutable'
const NOT_MODIFIED = 304
const PARTIAL = 206
const SHORT_NAME = 16

const notFound = (hash: Sha256) =>
  new ReverieError(
    'image_not_found',
    `No image ${hash} is stored here; it may have expired, or the render is not finished.`,
    { field: 'hash' },
  )

const named = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim())) ?? false

export function imageHandlers(blobs: Pick<BlobStore, 'get' | 'size'>): Pick<Handlers, 'getImage'> {
  return {
    getImage: async ({ params: { hash }, request, reply }) => {
      const size = await blobs.size(hash)
      const head = size && (await blobs.get(hash, { start: 0, end: IMAGE_HEAD_BYTES }))
      const type = head && imageTypeOf(head)
      // A blob that is no image is nobody's to read here.
      if (!size || !type) throw notFound(hash)

      const etag = `"${hash}"`
      const {
        range: rangeHeader,
        'if-range': ifRange,
        'if-none-match': ifNoneMatch,
      } = request.headers
      reply.headers({
        etag,
        'cache-control': FOREVER,
        'accept-ranges': 'bytes',
        'content-type': type,
        'content-disposition': `inline; filename="${hash.slice(0, SHORT_NAME)}.${type.slice('image/'.length)}"`,
        // Whoever knows the hash may show the image, other sites included.
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      })
      if (named(ifNoneMatch, etag)) return reply.code(NOT_MODIFIED).send()

      const isSameFile = ifRange === undefined || ifRange === etag
      const range = isSameFile ? parseByteRange(rangeHeader, size) : undefined
      if (range === 'unsatisfiable') {
        throw new ReverieError(
          'range_not_satisfiable',
          `The range ${rangeHeader} is outside the image, which has ${size} bytes.`,
          { field: 'range', accepted: `bytes=0-${size - 1}`, size },
        )
      }
      const { start, end } = range ?? { start: 0, end: size }
      if (range) {
        reply.code(PARTIAL).header('content-range', `bytes ${start}-${end - 1}/${size}`)
      }
      if (request.method === 'HEAD') {
        // fastify would count the bytes of an empty body; it does not count those of a stream.
        return reply.header('content-length', end - start).send(Readable.from([]))
      }
      const bytes = await blobs.get(hash, { start, end })
      if (bytes === undefined) throw notFound(hash)
      return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    },
  }
}
