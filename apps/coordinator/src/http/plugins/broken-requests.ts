import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { errorBody } from '@reverie/api/server'
import { ReverieError } from '@reverie/core'

const TEXTS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'The headers are larger than 16 KiB; send fewer or shorter ones.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'The request did not arrive in full in time; send it again.',
  ],
}

/** Answers what is not HTTP at all, in the form of every other error. */
export function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = TEXTS[error.code ?? ''] ?? [
    '400 Bad Request',
    'This is not a valid HTTP request; check the client.',
  ]
  const body = JSON.stringify(
    errorBody(new ReverieError('malformed_request', message), randomUUID()),
  )
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
