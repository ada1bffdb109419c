import { createSseParser, type SseMessage } from './sse-parser.ts'

/** Longest event that is kept while it is incomplete, characters. */
const MAX_EVENT_CHARS = 1024 * 1024

/**
 * Messages of one answer of type text/event-stream, until it ends. `onBytes` is called for every chunk, heartbeats included.
 * @throws whatever reading the body throws; RangeError when a message is too long
 */
export async function* messagesOf(
  response: Response,
  onBytes: () => void,
): AsyncGenerator<SseMessage, void> {
  if (response.body === null) return
  const parse = createSseParser(MAX_EVENT_CHARS)
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      yield* parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    // Whoever stops early must not leave the connection open. It may be broken already, which is as good.
    void reader.cancel().catch(() => {})
  }
}
