import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import {
  encodeCanonical,
  PROTOCOL_IDS,
  type ProtocolName,
  sessionFromWorker,
} from '@reverie/protocol'
import { buildWorkerProfile } from '@reverie/testkit'
import { createFrameReader } from '../src/channel/frame-reader.ts'
import { encodeVarint } from '../src/channel/varint.ts'
import type { NetworkNode } from '../src/index.ts'

/** A length prefix and the bytes it announces. */
export const frame = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([encodeVarint(bytes.length), bytes])

export const HELLO: Uint8Array = frame(
  sessionFromWorker.encode({ type: 'hello', v: 1, profile: buildWorkerProfile() }),
)

export const message = (value: unknown): Uint8Array => frame(encodeCanonical(value))

/** A peer below our own code: it puts any bytes on a stream and sees what happens to it. */
export interface RawPeer {
  readonly node: NetworkNode
  readonly connection: Connection
  open(protocol: ProtocolName): Promise<RawStream>
  /** Opens a session and reads the welcome. */
  join(): Promise<RawStream>
  /** Serves the job streams that the coordinator opens: `script` gets each after its offer was read. */
  serveJobs(script: (job: RawStream) => void): Promise<void>
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
}

export interface RawStream {
  readonly stream: Stream
  /** False when the stream is closed. */
  send(bytes: Uint8Array): boolean
  /** The next frame, or undefined at the end of the stream. */
  read(): Promise<Uint8Array | undefined>
  /** Resolves when the stream is closed. */
  readonly closed: Promise<void>
}

const ANY_LENGTH = 64 * 1_024 * 1_024

export async function connectRaw(node: NetworkNode, address: string): Promise<RawPeer> {
  const connection = await node.libp2p.dial(multiaddr(address), { force: true })

  async function open(protocol: ProtocolName) {
    return rawStream(await connection.newStream([...PROTOCOL_IDS[protocol]]))
  }
  return {
    node,
    connection,
    open,
    async join() {
      const session = await open('session')
      session.send(HELLO)
      await session.read()
      return session
    },
    async serveJobs(script) {
      await node.libp2p.handle([...PROTOCOL_IDS.job], async (stream) => {
        const job = rawStream(stream)
        await job.read()
        script(job)
      })
    },
    closed: closeOf(connection),
  }
}

export function rawStream(stream: Stream): RawStream {
  const reader = createFrameReader(stream)
  return {
    stream,
    send(bytes) {
      if (stream.writeStatus !== 'writable') return false
      try {
        stream.send(bytes)
        return true
      } catch {
        return false
      }
    },
    read: () => reader.read(ANY_LENGTH, 'frame'),
    closed: closeOf(stream),
  }
}

interface Closable {
  readonly status: string
  addEventListener(type: 'close', listener: () => void, options: { once: true }): void
}

const closeOf = (target: Closable): Promise<void> =>
  new Promise((resolve) => {
    if (target.status !== 'open') return resolve()
    target.addEventListener('close', () => resolve(), { once: true })
  })
