import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { ReverieError } from '@reverie/core'
import { onAbort } from '../timing/deadline.ts'
import { createByteQueue } from './byte-queue.ts'
import { addVarintByte, isLastVarintByte, MAX_VARINT_BYTES } from './varint.ts'

/** Bytes read ahead of demand before the sender is told to wait. */
const READ_AHEAD_BYTES = 64 * 1_024

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

/** Reads length-prefixed frames off a stream, one at a time, holding the sender back when nobody reads. */
export interface FrameReader {
  /**
   * The next frame, or undefined when the stream ended between two frames or was cut off anywhere.
   * @throws ReverieError `message_too_large` before any of the frame is read; `message_invalid` for a prefix that is no
   * length, or a stream that its sender ended inside a frame. The signal's reason when it fires.
   */
  read(maxBytes: number, what: string, options?: ReadOptions): Promise<Uint8Array | undefined>
  /** Takes its listeners off the stream and forgets what it holds. */
  release(): void
}

/** @param onBytes told of every chunk: bytes are a sign of life, and cost memory */
export function createFrameReader(
  stream: Stream,
  onBytes: (count: number) => void = () => {},
): FrameReader {
  const queue = createByteQueue()
  let wanted = 0
  let end: 'finished' | 'cut off' | undefined
  let finished = stream.remoteWriteStatus === 'closed' && stream.status === 'open'
  let wake = () => {}

  const onMessage = ({ data }: StreamMessageEvent) => {
    const chunks = data instanceof Uint8Array ? [data] : data
    for (const chunk of chunks) queue.push(chunk, wanted + 2 * READ_AHEAD_BYTES)
    onBytes(data.byteLength)
    if (queue.length > wanted + READ_AHEAD_BYTES && stream.readStatus === 'readable') {
      stream.pause()
    }
    if (queue.length >= wanted) wake()
  }
  // An ended connection ends its streams as well; only this event tells that the sender meant to.
  const onRemoteCloseWrite = () => {
    finished = true
  }
  const onEnd = () => {
    end ??= finished ? 'finished' : 'cut off'
    wake()
  }
  stream.addEventListener('remoteCloseWrite', onRemoteCloseWrite)
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onEnd)
  stream.addEventListener('message', onMessage)
  if (stream.readableEnded) onEnd()

  /** Lets the sender go on; what the stream held back arrives before this returns. */
  function resume() {
    if (stream.readStatus !== 'paused') return
    try {
      stream.resume()
    } catch {
      // The connection is gone: its close event says so.
    }
  }

  /** Whether `count` bytes are here; waits for them. */
  async function fill(count: number, signal: AbortSignal | undefined): Promise<boolean> {
    wanted = count
    while (queue.length < count) {
      signal?.throwIfAborted()
      resume()
      if (queue.length >= count) break
      if (end) return false
      await new Promise<void>((resolve) => {
        const unlink = signal ? onAbort(signal, resolve) : () => {}
        wake = () => {
          unlink()
          resolve()
        }
      })
    }
    wanted = 0
    return true
  }

  /** Undefined at a clean end. */
  async function readLength(what: string, signal: AbortSignal | undefined) {
    let length = 0
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      if (!(await fill(index + 1, signal))) {
        if (index > 0) throwIfTruncated(what, index)
        return undefined
      }
      const byte = queue.at(index)
      length = addVarintByte(length, byte, index)
      if (!isLastVarintByte(byte)) continue
      queue.skip(index + 1)
      return length
    }
    throw new ReverieError(
      'message_invalid',
      `${what}: the length prefix is longer than ${MAX_VARINT_BYTES} bytes`,
    )
  }

  function throwIfTruncated(what: string, bytes: number, of?: number) {
    if (end === 'cut off') return
    const expected = of === undefined ? 'the length prefix' : `${of} bytes`
    throw new ReverieError(
      'message_invalid',
      `${what}: the stream ended after ${bytes} bytes of ${expected}`,
    )
  }

  return {
    async read(maxBytes, what, { signal } = {}) {
      const length = await readLength(what, signal)
      if (length === undefined) return undefined
      if (length > maxBytes) {
        throw new ReverieError(
          'message_too_large',
          `${what}: a frame of ${length} bytes; at most ${maxBytes} are taken`,
          { bytes: length, maxBytes },
        )
      }
      if (await fill(length, signal)) return queue.take(length)
      throwIfTruncated(what, queue.length, length)
      return undefined
    },
    release() {
      stream.removeEventListener('remoteCloseWrite', onRemoteCloseWrite)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onEnd)
      stream.removeEventListener('message', onMessage)
      end ??= 'cut off'
      queue.clear()
      wake()
    },
  }
}
