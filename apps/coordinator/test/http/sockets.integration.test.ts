import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createClient, ErrorBody } from '@reverie/api'
import { buildPeerId } from '@reverie/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttpRig, type HttpRig } from './http-rig.ts'

const MIB = 1024 * 1024
const GRACE_MS = 3_000

let rig: HttpRig
let port: number

beforeEach(async () => {
  rig = await createHttpRig()
  const url = await rig.app.listen({ host: '127.0.0.1', port: 0 })
  port = Number(new URL(url).port)
})
afterEach(() => rig.app.close())

const open = async (): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    text += piece
  })
  await once(socket, 'close')
  return text
}

/** Everything up to the piece with which `end` has come. */
function readUntil(socket: Socket, end: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    text += piece
    if (text.includes(end)) resolve(text)
  })
  socket.resume()
  return promise
}

/** Status and parsed body of one answer that closes its connection. */
function split(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body: ErrorBody.parse(JSON.parse(body)) }
}

const newRender = async () => {
  const { account } = rig.artist
  const request = { prompt: 'red apple', negativePrompt: '', n: 1 }
  return (await rig.dispatch.renders.submit(account, request)).render
}

const eventsRequest = (id: string) =>
  `GET /v1/renders/${id}/events HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${rig.artist.apiKey}\r\n\r\n`

describe('a body of 10 MB', () => {
  it('is refused by its announced length, before it is sent', async () => {
    const socket = await open()
    socket.write(
      `POST /v1/renders HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${rig.artist.apiKey}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${10 * MIB}\r\n\r\n{"prompt": "`,
    )
    const { status, body } = split(await readToEnd(socket))
    expect(status).toBe(413)
    expect(body.error.code).toBe('body_too_large')
  })

  it('is refused while it streams in without a length', async () => {
    const socket = await open()
    // The other side may close while we still write; that is the point.
    socket.on('error', () => {})
    socket.write(
      `POST /v1/renders HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${rig.artist.apiKey}\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    const answer = readToEnd(socket)
    const chunk = 'x'.repeat(64 * 1024)
    for (let sent = 0; sent < 2 * MIB && socket.writable; sent += chunk.length) {
      socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(await rig.storedRenders()).toEqual([])
  })
})

describe('a client that sends 10 MB', () => {
  it('hears why it was refused, not that the connection broke', async () => {
    const client = createClient({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: rig.artist.apiKey,
    })
    await expect(client.createRender({ prompt: 'x'.repeat(10 * MIB) })).rejects.toMatchObject({
      code: 'body_too_large',
    })
  })
})

describe('what is not HTTP', () => {
  it('is refused in the form of every other error', async () => {
    const socket = await open()
    socket.write('HELLO reverie\r\n\r\n')
    const { status, body } = split(await readToEnd(socket))
    expect(status).toBe(400)
    expect(body.error.code).toBe('malformed_request')
  })

  it('is refused when its headers are endless', async () => {
    const socket = await open()
    socket.on('error', () => {})
    socket.write(`GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(split(await readToEnd(socket)).status).toBe(431)
  })
})

describe('an event stream', () => {
  it('sends its headers and the state at once', async () => {
    const render = await newRender()
    const socket = await open()
    socket.write(eventsRequest(render.id))
    const text = await readUntil(socket, 'event: queued')
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text.toLowerCase()).toContain('content-type: text/event-stream')
    expect(text.toLowerCase()).toContain('x-content-type-options: nosniff')
    socket.destroy()
  })

  it('is cleaned up when its reader hangs up', async () => {
    const render = await newRender()
    const socket = await open()
    socket.write(eventsRequest(render.id))
    await once(socket, 'data')
    expect([...rig.events.watched()]).toEqual([render.id])
    socket.destroy()
    await vi.waitFor(() => expect([...rig.events.watched()]).toEqual([]), { timeout: 10_000 })
  })

  it('costs a bounded amount of memory when its reader does not read', async () => {
    const render = await newRender()
    const [job] = render.jobs
    if (job === undefined) throw new Error('a render has a job')
    const socket = await open()
    socket.write(eventsRequest(render.id))
    await once(socket, 'data')
    socket.pause()
    const many = 200_000
    for (let step = 1; step <= many; step++) {
      rig.events.publish(render.id, { type: 'progress', job: job.id, index: 0, step, of: many })
    }
    await rig.dispatch.renders.cancel(rig.artist.account, render.id)
    const received = await readUntil(socket, 'event: done')
    socket.destroy()
    expect(received).toContain('event: cancelled')
    expect(received.match(/event: progress/g)?.length ?? 0).toBeLessThan(many / 10)
  })

  it('ends when the coordinator stops, and the client dials again until it is told to stop', async () => {
    const render = await newRender()
    const client = createClient({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: rig.artist.apiKey,
      reconnect: { firstDelayMs: 1, maxDelayMs: 1, maxFailures: 3 },
    })
    const watch = async () => {
      for await (const event of client.renderEvents({ id: render.id })) {
        expect(event.type).toBe('queued')
        await rig.app.close()
      }
    }
    await expect(watch()).rejects.toMatchObject({ code: 'coordinator_unreachable' })
    expect([...rig.events.watched()]).toEqual([])
  })
})

describe('closing', () => {
  it('does not wait for ever for a reader that has stopped reading', async () => {
    const render = await newRender()
    const [job] = render.jobs
    if (job === undefined) throw new Error('a render has a job')
    const socket = await open()
    socket.write(eventsRequest(render.id))
    await once(socket, 'data')
    socket.pause()
    // More than the buffers of both ends hold.
    const message = 'x'.repeat(100_000)
    for (let i = 0; i < 300; i++) {
      rig.events.publish(render.id, {
        type: 'assigned',
        job: job.id,
        index: 0,
        attempt: 1,
        worker: { peer: buildPeerId(), name: message },
      })
    }
    let isClosed = false
    const closing = rig.app.close().then(() => {
      isClosed = true
    })
    await rig.clock.advance(GRACE_MS - 1)
    expect(isClosed).toBe(false)
    await rig.clock.advance(1)
    await closing
  })

  it('answers requests on connections that are still open with a code to retry on', async () => {
    const render = await newRender()
    const holder = await open()
    holder.write(eventsRequest(render.id))
    await once(holder, 'data')
    holder.pause()
    const socket = await open()
    socket.write('GET /health/live HTTP/1.1\r\nHost: test\r\n')
    const closing = rig.app.close()
    socket.write('\r\n')
    const { status, body } = split(await readToEnd(socket))
    expect(status).toBe(503)
    expect(body.error.code).toBe('shutting_down')
    holder.destroy()
    await closing
  })
})
