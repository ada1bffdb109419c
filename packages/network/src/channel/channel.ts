import type { Stream } from '@libp2p/interface'
import { type Clock, ReverieError } from '@reverie/core'
import type { MessageSet } from '@reverie/protocol'
import { onAbort } from '../timing/deadline.ts'
import { createRateLimiter, type RateLimit } from '../timing/rate-limit.ts'
import { createFrameReader, type ReadOptions } from './frame-reader.ts'
import { createFrameWriter } from './frame-writer.ts'

/** Milliseconds that a closed channel waits for the other side to close too. */
const LINGER_MS = 5_000
/** More than any honest exchange needs but that of a job, which has a rate of its own. */
const DEFAULT_RATE: RateLimit = { burst: 600, perSecond: 100 }

/**
 * Typed messages over one stream. Whatever the other side sends wrongly ends reading: `receive` throws what was wrong and
 * takes no more. Writing still works, so that the other side can be told; then `close` or `abort`.
 */
export interface Channel<In, Out> extends AsyncIterable<In> {
  /** Waits while the transport is full. False when the channel is closed. @throws the signal's reason */
  send(message: Out, options?: ReadOptions): Promise<boolean>
  /** Sends a frame that is no message, e.g. an image. */
  sendBytes(bytes: Uint8Array, options?: ReadOptions): Promise<boolean>
  /**
   * The next message of a known type, or undefined when there are no more: the other side ended the stream, it was cut off,
   * or reading ended before. One call at a time.
   * @throws ReverieError `message_invalid`, `message_too_large`, `protocol_violation` (too many messages per second); the
   * signal's reason when it fires, which leaves the channel open
   */
  receive(options?: ReadOptions): Promise<In | undefined>
  /** The next frame, which must be `length` bytes long. @throws as {@link receive} */
  receiveBytes(length: number, options?: ReadOptions): Promise<Uint8Array | undefined>
  /** Sends what is queued, says that no more will come, and waits a little for the other side to do the same. */
  close(): Promise<void>
  /** Resets the stream now; what was queued is lost. */
  abort(error: Error): void
}

export interface ChannelOptions<In extends { readonly type: string }, Out> {
  readonly inbound: MessageSet<In>
  readonly outbound: { encode(message: Out): Uint8Array }
  readonly clock: Clock
  /** Of inbound messages, skipped ones included. */
  readonly rate?: RateLimit
  /** Milliseconds that `close` waits for the other side. */
  readonly lingerMs?: number
  /** Resets the channel when it fires. */
  readonly signal?: AbortSignal
  /** Told of every chunk that arrives. */
  readonly onBytes?: (count: number) => void
}

export function openChannel<In extends { readonly type: string }, Out>(
  stream: Stream,
  options: ChannelOptions<In, Out>,
): Channel<In, Out> {
  const { inbound, outbound, clock, rate = DEFAULT_RATE, lingerMs = LINGER_MS } = options
  const reader = createFrameReader(stream, options.onBytes)
  const writer = createFrameWriter(stream)
  const withinRate = createRateLimiter(clock, rate)
  const unlink = options.signal
    ? onAbort(options.signal, () => abort(options.signal?.reason))
    : () => {}
  stream.addEventListener('close', unlink, { once: true })

  function abort(error: Error) {
    stream.abort(error)
    reader.release()
    unlink()
  }

  /** What a peer did wrong ends reading; a signal does not. */
  async function guarded<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (!signal?.aborted) reader.release()
      throw error
    }
  }

  async function receive({ signal }: ReadOptions = {}): Promise<In | undefined> {
    while (true) {
      const frame = await reader.read(inbound.maxBytes, inbound.what, { signal })
      if (!frame) return undefined
      if (!withinRate()) throw tooFast(inbound.what, rate)
      const message = inbound.decode(frame)
      if (message) return message
    }
  }

  const channel: Channel<In, Out> = {
    // An encoding error is a bug of ours and must reach the caller, hence not inside the writer.
    send: async (message, sending) => writer.write(outbound.encode(message), sending),
    sendBytes: (bytes, sending) => writer.write(bytes, sending),
    receive: (receiving) => guarded(() => receive(receiving), receiving?.signal),
    receiveBytes: (length, receiving) =>
      guarded(async () => {
        const frame = await reader.read(length, `frame of ${inbound.what}`, receiving)
        if (!frame || frame.length === length) return frame
        throw new ReverieError(
          'message_invalid',
          `frame of ${inbound.what}: ${frame.length} bytes where ${length} were announced`,
        )
      }, receiving?.signal),
    async close() {
      await closeStream(stream, clock, lingerMs)
      reader.release()
      unlink()
    },
    abort,
    async *[Symbol.asyncIterator]() {
      for (let next = await channel.receive(); next; next = await channel.receive()) yield next
    },
  }
  return channel
}

const tooFast = (what: string, { burst, perSecond }: RateLimit) =>
  new ReverieError(
    'protocol_violation',
    `${what}: more than ${perSecond} messages per second after a burst of ${burst}`,
  )

/** Half-closes, then waits until both halves are closed; resets the stream when that takes too long. Never rejects. */
async function closeStream(stream: Stream, clock: Clock, lingerMs: number): Promise<void> {
  if (stream.status !== 'open' && stream.status !== 'closing') return
  const closed = new Promise<void>((resolve) => {
    stream.addEventListener('close', () => resolve(), { once: true })
  })
  const stopTimer = clock.after(lingerMs, () =>
    stream.abort(new Error('the other side did not close its half of the stream')),
  )
  try {
    await stream.close()
  } catch {
    // The stream closed while it was flushed.
  }
  await closed
  stopTimer()
}
