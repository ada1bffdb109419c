import { createParser, type ParseError } from 'eventsource-parser'

/** One message of a text/event-stream. */
export interface SseMessage {
  /** The last id seen so far; undefined before the first. */
  readonly id: string | undefined
  readonly data: string
}

/**
 * Reads a text/event-stream piece by piece, as the HTML standard says (section 9.2.6); fields that only a browser's
 * EventSource acts on (`event`, `retry`) and comments are skipped.
 *
 * @param maxChars longest message that is kept while it is incomplete
 * @returns takes the next piece, gives the messages that it completes; throws RangeError past `maxChars`
 */
export function createSseParser(maxChars: number): (piece: string) => SseMessage[] {
  let id: string | undefined
  let messages: SseMessage[] = []
  let failure: RangeError | undefined
  const parser = createParser({
    maxBufferSize: maxChars,
    // The parser gives a message's own id; the standard keeps the last one for those without.
    onId: (value) => {
      id = value
    },
    onEvent: ({ data }) => messages.push({ id, data }),
    onError: ({ type }: ParseError) => {
      // What else it reports (an unknown field, a bad retry) the standard skips.
      if (type !== 'max-buffer-size-exceeded') return
      failure = new RangeError(`a message is longer than ${maxChars} characters`)
    },
  })
  return (piece) => {
    messages = []
    if (!failure) parser.feed(piece)
    if (failure) throw failure
    return messages
  }
}
