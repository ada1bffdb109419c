import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A local server; it takes its sockets down with it. */
export interface LocalServer extends AsyncDisposable {
  readonly url: URL
  readonly requests: readonly {
    readonly path: string
    readonly headers: IncomingMessage['headers']
  }[]
}

/** @param host another name of this machine is another origin */
export async function localServer(answer: Answer, host = '127.0.0.1'): Promise<LocalServer> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://${host}:${port}/`),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Serves bytes with ETag and ranges, as a hub does. */
export function serveBytes(bytes: Uint8Array, etag = '"v1"'): Answer {
  return (request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const condition = request.headers['if-range']
    const from = range && (condition === undefined || condition === etag) ? Number(range[1]) : 0
    if (from >= bytes.length && bytes.length > 0) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    const rest = bytes.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    response.end(rest)
  }
}

const sha1Blob = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

const COMMIT = 'c'.repeat(40)
const PAGE = 5

export interface HubRepo {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly card?: Record<string, unknown>
  /** In the place of the usual answer for a file. */
  readonly serve?: (path: string, usual: Answer) => Answer
  /** In the place of the usual listing. */
  readonly tree?: (entries: readonly unknown[]) => readonly unknown[]
}

/** The part of the hub's API that is used: revision, tree in pages, resolve. Weights are LFS files. */
export function serveHub(repos: Readonly<Record<string, HubRepo>>): Answer {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub')
    const json = (value: unknown, headers = {}) =>
      response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value))
    for (const [name, repo] of Object.entries(repos)) {
      if (url.pathname.startsWith(`/api/models/${name}/revision/`)) {
        return json({ sha: COMMIT, cardData: repo.card, tags: [] })
      }
      if (url.pathname === `/api/models/${name}/tree/${COMMIT}`) {
        const usual = [...repo.files].map(([path, bytes]) => entryOf(path, bytes))
        const all = repo.tree?.(usual) ?? usual
        const at = Number(url.searchParams.get('cursor') ?? 0)
        const next = `http://${request.headers.host}${url.pathname}?recursive=true&cursor=${at + PAGE}`
        const isMore = repo.tree === undefined && at + PAGE < all.length
        const page = repo.tree === undefined ? all.slice(at, at + PAGE) : all
        return json(page, isMore ? { link: `<${next}>; rel="next"` } : {})
      }
      const prefix = `/${name}/resolve/${COMMIT}/`
      const path = decodeURIComponent(url.pathname.slice(prefix.length))
      const bytes = url.pathname.startsWith(prefix) ? repo.files.get(path) : undefined
      if (bytes !== undefined) {
        const usual = serveBytes(bytes, `"${sha256(bytes)}"`)
        return (repo.serve?.(path, usual) ?? usual)(request, response)
      }
    }
    response.writeHead(404).end()
  }
}

const entryOf = (path: string, bytes: Uint8Array) => ({
  type: 'file',
  path,
  size: bytes.length,
  oid: sha1Blob(bytes),
  ...(/\.(?:json|txt)$/.test(path)
    ? {}
    : { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
})
