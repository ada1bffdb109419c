import { Readable } from 'node:stream'
import type { RenderEvent } from '@reverie/core'

/** Messages kept for a reader that does not read; one that is further behind is cut off and starts again with a snapshot. */
const MAX_BEHIND = 1_000
/** Milliseconds after which browsers dial again. */
const RETRY_MS = 1_000

interface Message {
  readonly text: string
  /** Only the newest message of a topic matters: an older one is dropped while the reader lags. */
  readonly topic: string | undefined
}

/** Progress and places in the queue are worth nothing once there are newer ones. */
const topicOf = (event: RenderEvent): string | undefined =>
  event.type === 'progress' || event.type === 'queued' ? `${event.type} ${event.index}` : undefined

/** One text/event-stream body. Bounded however slowly it is read. */
export class EventStream extends Readable {
  #nextId: number
  #behind: Message[] = []
  #isFlowing = true
  #isEnding = false

  /** @param lastId the id that the watcher heard last on an earlier connection; 0 for none */
  constructor(lastId: number) {
    super({ encoding: 'utf8' })
    this.#nextId = lastId + 1
    // Gives proxies and browsers something to read at once.
    this.#send({ text: `retry: ${RETRY_MS}\n: watching\n\n`, topic: undefined })
  }

  event(event: RenderEvent): void {
    const text = `id: ${this.#nextId}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    this.#nextId += 1
    this.#send({ text, topic: topicOf(event) })
  }

  /** Keeps the connection alive; pointless while there is something to read. */
  heartbeat(): void {
    if (this.#behind.length === 0) this.#send({ text: ': still here\n\n', topic: undefined })
  }

  /** Ends the body after what is waiting. */
  finish(): void {
    this.#isEnding = true
    this.#flush()
  }

  override _read(): void {
    this.#isFlowing = true
    this.#flush()
  }

  #send(message: Message): void {
    if (this.#isEnding || this.destroyed) return
    if (!this.#isFlowing && message.topic !== undefined) {
      this.#behind = this.#behind.filter(({ topic }) => topic !== message.topic)
    }
    this.#behind.push(message)
    this.#flush()
    if (this.#behind.length > MAX_BEHIND) this.destroy()
  }

  #flush(): void {
    while (this.#isFlowing) {
      const message = this.#behind.shift()
      if (message === undefined) break
      this.#isFlowing = this.push(message.text)
    }
    if (this.#isEnding && this.#behind.length === 0 && !this.readableEnded) {
      this.#isFlowing = false
      this.push(null)
    }
  }
}
