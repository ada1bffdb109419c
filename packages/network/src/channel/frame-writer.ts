import type { Stream } from '@libp2p/interface'
import { onAbort } from '../timing/deadline.ts'
import type { ReadOptions } from './frame-reader.ts'
import { encodeVarint } from './varint.ts'

/** A long frame goes out in pieces, so that other streams of the connection get their turn in between. */
const PIECE_BYTES = 64 * 1_024

export interface FrameWriter {
  /**
   * Hands a frame to the transport, waiting while it is full; frames leave in the order of the calls. False when the
   * stream is closed. @throws the signal's reason when it fires
   */
  write(bytes: Uint8Array, options?: ReadOptions): Promise<boolean>
}

export function createFrameWriter(stream: Stream): FrameWriter {
  let last: Promise<unknown> = Promise.resolve()

  async function writeNow(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<boolean> {
    const prefix = encodeVarint(bytes.length)
    const first = bytes.subarray(0, PIECE_BYTES)
    const head = new Uint8Array(prefix.length + first.length)
    head.set(prefix)
    head.set(first, prefix.length)
    if (!(await sendPiece(stream, head, signal))) return false
    for (let at = first.length; at < bytes.length; at += PIECE_BYTES) {
      if (!(await sendPiece(stream, bytes.subarray(at, at + PIECE_BYTES), signal))) return false
    }
    return true
  }

  return {
    write(bytes, { signal } = {}) {
      const turn = last.then(() => writeNow(bytes, signal))
      // A failed write is its caller's to handle; the next one must still get its turn.
      last = turn.catch(() => {})
      return turn
    },
  }
}

async function sendPiece(
  stream: Stream,
  piece: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  signal?.throwIfAborted()
  while (stream.writableNeedsDrain) {
    if (stream.writeStatus !== 'writable') return false
    await drainOrClose(stream, signal)
    signal?.throwIfAborted()
  }
  if (stream.writeStatus !== 'writable') return false
  try {
    stream.send(piece)
    return true
  } catch {
    // Sending throws only where the stream or the connection below it has just closed.
    return false
  }
}

/** Resolves when the stream takes more, when it closes, or when the signal fires. */
const drainOrClose = (stream: Stream, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const unlink = signal ? onAbort(signal, done) : () => {}
    stream.addEventListener('drain', done)
    stream.addEventListener('close', done)
    function done() {
      unlink()
      stream.removeEventListener('drain', done)
      stream.removeEventListener('close', done)
      resolve()
    }
  })
