import { ReverieError } from '@reverie/core'
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** Longest event that is kept while it is incomplete, characters. */
const MAX_EVENT_CHARS = 1024 * 1024

/**
 * Messages of one answer of type text/event-stream, until it ends. `onBytes` is called for every chunk, heartbeats included.
 * @throws whatever reading the body throws
 */
export async function* messagesOf(
  response: Response,
  onBytes: () => void,
): AsyncGenerator<EventSourceMessage, void> {
  if (response.body === null) return
  const ready: EventSourceMessage[] = []
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: (message) => void ready.push(message),
    onError: (error) => {
      if (error.type !== 'max-buffer-size-exceeded') return
      throw new ReverieError(
        'internal',
        `An event of ${response.url} is longer than ${MAX_EVENT_CHARS} characters; check that the address is a coordinator's.`,
      )
    },
  })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      parser.feed(value)
      yield* ready.splice(0)
    }
  } finally {
    // Whoever stops early must not leave the connection open. It may be broken already, which is as good.
    await reader.cancel().catch(() => {})
  }
}
