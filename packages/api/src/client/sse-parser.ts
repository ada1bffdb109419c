/** One message of a text/event-stream. */
export interface SseMessage {
  /** The last id seen so far; undefined before the first. */
  readonly id: string | undefined
  readonly data: string
}

const LINE_END = /\r\n|\n|\r/

/**
 * Reads a text/event-stream piece by piece, as the HTML standard says (section 9.2.6); fields that only a browser's
 * EventSource acts on (`event`, `retry`) and comments are skipped.
 *
 * @param maxChars longest message that is kept while it is incomplete
 * @returns takes the next piece, gives the messages that it completes; throws RangeError past `maxChars`
 */
export function createSseParser(maxChars: number): (piece: string) => SseMessage[] {
  let rest = ''
  let data: string[] = []
  let kept = 0
  let id: string | undefined
  let isFirst = true

  function readField(line: string): void {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'data') {
      data.push(value)
      kept += value.length
    } else if (name === 'id' && !value.includes('\0')) id = value
  }

  function endMessage(): SseMessage[] {
    const message = { id, data: data.join('\n') }
    const isEmpty = data.length === 0
    data = []
    kept = 0
    return isEmpty ? [] : [message]
  }

  return (piece) => {
    let text = rest + piece
    if (isFirst && text !== '') {
      text = text.replace(/^\uFEFF/, '')
      isFirst = false
    }
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const held = text.endsWith('\r') ? '\r' : ''
    const lines = text.slice(0, text.length - held.length).split(LINE_END)
    rest = `${lines.pop() ?? ''}${held}`
    const messages = lines.flatMap((line) => {
      if (line === '') return endMessage()
      readField(line)
      return []
    })
    if (kept + rest.length > maxChars) {
      throw new RangeError(`a message is longer than ${maxChars} characters`)
    }
    return messages
  }
}
