import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { downloadFile } from '../../src/download/download-file.ts'
import { createHttpClient } from '../../src/download/http-client.ts'
import { type Answer, localServer, serveBytes } from '../hub-server.ts'
import { scratchFolder } from '../sample-model.ts'
import { CONTENT, createDrops, DIGEST, fetching, hurried, inTurn } from './fetching.ts'

describe('downloading a file', () => {
  it('gives its bytes, size and SHA-256, and leaves nothing else', async () => {
    const { found, bytes } = await fetching(serveBytes(CONTENT))
    expect(found).toEqual({ size: CONTENT.length, sha256: DIGEST.hex })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('goes on after every drop from the byte it had', async () => {
    const drops = createDrops()
    const { bytes, requests } = await fetching(
      inTurn(drops.after(100_000), drops.after(50_000), serveBytes(CONTENT)),
      { onBytes: drops.onBytes },
    )
    expect(bytes?.equals(CONTENT)).toBe(true)
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=150000-',
    ])
    expect(requests[1]?.headers['if-range']).toBe('"v1"')
  })

  it('goes on from what an earlier process left', async () => {
    const { bytes, requests } = await fetching(serveBytes(CONTENT), {
      part: CONTENT.subarray(0, 123_456),
      etag: '"v1"',
    })
    expect(bytes?.equals(CONTENT)).toBe(true)
    expect(requests.map(({ headers }) => headers.range)).toEqual(['bytes=123456-'])
  })

  it('begins again when the server ignores ranges', async () => {
    const whole: Answer = (_, response) =>
      response.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT)
    const { bytes } = await fetching(whole, { part: CONTENT.subarray(0, 1_000), etag: '"v1"' })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('begins again when the file changed meanwhile', async () => {
    const { bytes } = await fetching(serveBytes(CONTENT, '"v2"'), {
      part: Buffer.alloc(1_000),
      etag: '"v1"',
      file: { digest: undefined, size: undefined },
    })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('begins again when what was left has rotted', async () => {
    const { bytes } = await fetching(serveBytes(CONTENT), { part: Buffer.alloc(1_000, 1) })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('begins again when it has more than there is', async () => {
    const { bytes } = await fetching(serveBytes(CONTENT), {
      part: Buffer.alloc(CONTENT.length + 5),
      etag: '"v1"',
      file: { size: undefined },
    })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('begins again when a range begins elsewhere', async () => {
    const wrong: Answer = (_, response) =>
      response.writeHead(206, { 'content-range': 'bytes 5-9/300000' }).end('12345')
    const { bytes } = await fetching(inTurn(wrong, serveBytes(CONTENT)), {
      part: CONTENT.subarray(0, 1_000),
    })
    expect(bytes?.equals(CONTENT)).toBe(true)
  })

  it('keeps what arrived when it is stopped', async () => {
    const stop = new AbortController()
    const { error, left } = await fetching(
      (_, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length, etag: '"v1"' })
        response.write(CONTENT.subarray(0, 5_000), () =>
          setTimeout(() => stop.abort(new Error('enough')), 50),
        )
      },
      { signal: stop.signal },
    )
    expect(String(error)).toContain('enough')
    expect(left?.toSorted()).toEqual(['model.onnx.part', 'model.onnx.part.etag'])
  })

  it('does not ask for what is there and right', async () => {
    await using scratch = await scratchFolder()
    await using server = await localServer(serveBytes(CONTENT))
    const target = join(scratch.path, 'x')
    await writeFile(target, CONTENT)
    const http = createHttpClient({ clock: systemClock })
    const file = { path: 'x', url: server.url, size: CONTENT.length, digest: DIGEST }
    const found = await downloadFile({ clock: hurried, random: () => 0, http }, file, target)
    expect(found.sha256).toBe(DIGEST.hex)
    expect(server.requests).toEqual([])
  })
})
