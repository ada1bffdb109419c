import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { systemClock } from '@reverie/core'
import { downloadFile, type RemoteFile } from '../../src/download/download-file.ts'
import { createHttpClient, type HttpOptions } from '../../src/download/http-client.ts'
import { type Answer, localServer, sha256 } from '../hub-server.ts'
import { scratchFolder } from '../sample-model.ts'

/** Waits pass at once: what is tested is what happens after them. */
export const hurried = {
  now: systemClock.now,
  after: (delayMs: number, task: () => void) => systemClock.after(Math.min(delayMs, 20), task),
}
export const CONTENT = Buffer.from(
  Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff),
)
export const DIGEST = { kind: 'sha256', hex: sha256(CONTENT) } as const

export async function fetching(
  answer: Answer,
  {
    file = {},
    http = {},
    part,
    etag,
    signal,
    onBytes = () => {},
  }: {
    file?: Partial<RemoteFile>
    http?: HttpOptions
    part?: Uint8Array
    etag?: string
    signal?: AbortSignal
    onBytes?: (bytes: number) => void
  } = {},
) {
  const scratch = await scratchFolder()
  await using server = await localServer(answer)
  const target = join(scratch.path, 'model.onnx')
  if (part) await writeFile(`${target}.part`, part)
  if (etag) await writeFile(`${target}.part.etag`, etag)
  const client = createHttpClient({ clock: systemClock }, http)
  const modules = { clock: hurried, random: () => 0, http: client }
  const remote = {
    path: 'model.onnx',
    url: new URL('model.onnx', server.url),
    size: CONTENT.length,
    digest: DIGEST,
    ...file,
  }
  try {
    const found = await downloadFile(modules, remote, target, { signal, onBytes })
    return { found, bytes: await readFile(target), requests: server.requests }
  } catch (error) {
    return { error, left: await readdir(scratch.path), requests: server.requests }
  } finally {
    await scratch[Symbol.asyncDispose]()
  }
}

/** The first answers in turn, the last one for ever. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let at = 0
  return (request, response) => answers[Math.min(at++, answers.length - 1)]?.(request, response)
}

/** Sends so many bytes and drops the connection once the client says that it has them. */
export function createDrops(): { after(bytes: number): Answer; onBytes(bytes: number): void } {
  let due: { readonly at: number; readonly response: ServerResponse } | undefined
  return {
    after: (count) => (request, response) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const { length } = CONTENT
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"v1"',
        'content-length': length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${length - 1}/${length}` } : {}),
      })
      due = { at: from + count, response }
      response.write(CONTENT.subarray(from, from + count))
    },
    onBytes: (bytes) => {
      if (due !== undefined && bytes >= due.at) due.response.destroy()
    },
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(code, headers).end('sorry')
