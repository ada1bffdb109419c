import { systemClock } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/download/http-client.ts'
import { type Answer, localServer, serveBytes, sha256 } from '../hub-server.ts'
import { CONTENT, DIGEST, fetching, inTurn, status } from './fetching.ts'

describe('a server that does not do as it should', () => {
  it('refuses a file that is offered with fewer bytes than were promised', async () => {
    const { error } = await fetching((_, response) =>
      response.writeHead(200, { 'content-length': 1_000 }).end(CONTENT.subarray(0, 1_000)),
    )
    expect(error).toMatchObject({
      code: 'model_file_corrupt',
      facts: { expected: CONTENT.length, found: 1_000 },
    })
  })

  it('gives up on a server that promises more than it sends', async () => {
    const { error, requests } = await fetching(
      (_, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length })
        response.write(CONTENT.subarray(0, 10), () => response.destroy())
      },
      { file: { digest: undefined } },
    )
    expect(error).toMatchObject({ code: 'download_failed', facts: { attempts: 6 } })
    expect(requests).toHaveLength(6)
  })

  it('refuses bytes that are not those promised, after trying twice', async () => {
    const damaged = Buffer.from(CONTENT)
    damaged[1_000] = 0xff ^ (damaged[1_000] ?? 0)
    const { error, left, requests } = await fetching(serveBytes(damaged))
    expect(error).toMatchObject({
      code: 'model_file_corrupt',
      facts: { file: 'model.onnx', expected: DIGEST.hex, found: sha256(damaged) },
    })
    expect(requests).toHaveLength(2)
    expect(left).toEqual([])
  })

  it('checks a small file by its name in git', async () => {
    const { found } = await fetching(serveBytes(Buffer.from('hello\n')), {
      // `printf 'hello\n' | git hash-object --stdin`
      file: {
        size: 6,
        digest: { kind: 'git-blob', hex: 'ce013625030ba8dba906f756967f9e9ca394464a' },
      },
    })
    expect(found?.size).toBe(6)
    const { error } = await fetching(serveBytes(Buffer.from('hellO\n')), {
      file: {
        size: 6,
        digest: { kind: 'git-blob', hex: 'ce013625030ba8dba906f756967f9e9ca394464a' },
      },
    })
    expect(error).toMatchObject({ code: 'model_file_corrupt' })
  })

  it('stops a body that does not end', async () => {
    const { error, left } = await fetching((_, response) => {
      response.writeHead(200, {})
      const more = () => {
        while (response.write(CONTENT));
        response.once('drain', more)
      }
      more()
    })
    expect(error).toMatchObject({ code: 'model_file_corrupt' })
    expect(String(error)).toContain('does not end')
    expect(left).toEqual([])
  })

  it.each([
    ['before the headers', ((_request, _response) => {}) as Answer],
    [
      'in the middle, byte by byte',
      ((_, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length })
        const timer = setInterval(() => response.write('x'), 5)
        response.on('close', () => clearInterval(timer))
      }) as Answer,
    ],
  ])('leaves a server that stalls %s', async (_, answer) => {
    const { error } = await fetching(answer, { http: { stallMs: 60, stallBytes: 4_096 } })
    expect(error).toMatchObject({ code: 'download_failed' })
    expect(String(error)).toMatch(/sent \d+ bytes in 0\.06 s/)
  })

  it.each([
    [429, { 'retry-after': '1' }],
    [503, { 'retry-after': new Date(Date.now() + 1_000).toUTCString() }],
    [500, {}],
  ])('tries again after %d', async (code, headers) => {
    const { bytes, requests } = await fetching(inTurn(status(code, headers), serveBytes(CONTENT)))
    expect(bytes?.equals(CONTENT)).toBe(true)
    expect(requests).toHaveLength(2)
  })

  it.each([
    [401, 'download_failed', 'HF_TOKEN'],
    [403, 'download_failed', 'accept its terms'],
    [404, 'model_not_found', 'check the name'],
    [418, 'download_failed', '418'],
  ])('does not try again after %d, and says why', async (code, expected, word) => {
    const { error, requests } = await fetching(status(code))
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining(word) })
    expect(requests).toHaveLength(1)
  })

  it('does not wait for an hour', async () => {
    const { error, requests } = await fetching(status(429, { 'retry-after': '3600' }))
    expect(error).toMatchObject({ code: 'download_failed' })
    expect(String(error)).toContain('3600 s')
    expect(requests).toHaveLength(1)
  })
})

describe('redirects', () => {
  const token = (url: URL) => ({ token: { origin: url.origin, value: 'hf_secret' } })

  it('gives the token to its host and to no other', async () => {
    await using other = await localServer(serveBytes(CONTENT), 'localhost')
    await using hub = await localServer((request, response) =>
      request.url === '/a'
        ? response.writeHead(302, { location: '/b' }).end()
        : response.writeHead(302, { location: `${other.url}signed?x=1` }).end(),
    )
    const http = createHttpClient({ clock: systemClock }, token(hub.url))
    const answer = await http.get(new URL('a', hub.url), {})
    await answer.close()
    expect(hub.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('follows no circle and no other protocol', async () => {
    for (const location of ['/again', 'file:///etc/passwd', 'ftp://x/']) {
      const { error } = await fetching(status(302, { location }))
      expect(error).toMatchObject({ code: 'download_failed' })
    }
  })
})
