import { type FileHandle, open } from 'node:fs/promises'
import { ReverieError } from '@reverie/core'

/** A field of a protobuf message on the wire; `length` is 0 for a number. */
export interface ProtoField {
  readonly number: number
  /** Value of a varint; undefined for bytes. */
  readonly value: number | undefined
  /** Where its bytes begin in the file. */
  readonly start: number
  readonly length: number
}

/** Reads a protobuf file from disk without its large parts: weights of gigabytes are stepped over. */
export interface GraphCursor {
  readonly bytes: number
  /** The fields of the message that lies at `start` to `end`. @throws ReverieError `model_invalid` */
  fields(start: number, end: number): AsyncGenerator<ProtoField>
  /** Bytes of a field. */
  read(field: ProtoField): Promise<Buffer>
  close(): Promise<void>
}

const WINDOW_BYTES = 64 * 1024
/** The longest tag and length together. */
const HEAD_BYTES = 20
/** The largest real graphs have some 30,000 nodes of ten fields each. */
const MAX_FIELDS = 3_000_000
/** A name, a shape or a list of numbers; weights are not read. */
const MAX_READ_BYTES = 256 * 1024

/** @throws ReverieError `model_file_missing` */
export async function openGraphCursor(path: string, shown: string): Promise<GraphCursor> {
  const handle: FileHandle = await open(path).catch((cause: unknown) => {
    throw new ReverieError(
      'model_file_missing',
      `${shown} cannot be read: ${(cause as Error).message}`,
      { file: shown },
      { cause },
    )
  })
  const { size: bytes } = await handle.stat()
  const window = Buffer.allocUnsafe(WINDOW_BYTES)
  let from = 0
  let filled = 0
  let count = 0

  const fail = (what: string): ReverieError =>
    new ReverieError(
      'model_invalid',
      `${shown} is not a readable ONNX graph (${what}); it may be cut short or damaged: get it again`,
      { file: shown },
    )
  const load = async (at: number): Promise<void> => {
    from = at
    filled = 0
    while (filled < WINDOW_BYTES) {
      const { bytesRead } = await handle.read(window, filled, WINDOW_BYTES - filled, from + filled)
      if (bytesRead === 0) return
      filled += bytesRead
    }
  }
  const varint = (at: number): { readonly value: number; readonly next: number } => {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      const byte = window[at + i - from]
      if (byte === undefined || at + i - from >= filled) throw fail(`cut short at byte ${at}`)
      // Only the low bits of a negative number are lost: its sign shows in its size.
      value += (byte & 0x7f) * scale
      scale *= 128
      if (byte < 0x80) return { value, next: at + i + 1 }
    }
    throw fail(`no number at byte ${at}`)
  }

  return {
    bytes,
    async *fields(start, end) {
      let at = start
      while (at < end) {
        if (++count > MAX_FIELDS) throw fail(`more than ${MAX_FIELDS} fields`)
        if (at < from || at + HEAD_BYTES > from + filled) await load(at)
        const tag = varint(at)
        const number = Math.floor(tag.value / 8)
        const type = tag.value % 8
        let field: ProtoField
        if (type === 0) {
          const { value, next } = varint(tag.next)
          field = { number, value, start: next, length: 0 }
        } else if (type === 2) {
          const { value: length, next } = varint(tag.next)
          field = { number, value: undefined, start: next, length }
        } else if (type === 1 || type === 5) {
          field = { number, value: undefined, start: tag.next, length: type === 1 ? 8 : 4 }
        } else throw fail(`a field of type ${type} at byte ${at}`)
        at = field.start + field.length
        if (number === 0 || at > end)
          throw fail(`a field that does not end, at byte ${field.start}`)
        yield field
      }
    },
    async read({ start, length }) {
      if (length > MAX_READ_BYTES) throw fail(`${length} bytes where a name or a shape should be`)
      if (start >= from && start + length <= from + filled) {
        return Buffer.from(window.subarray(start - from, start - from + length))
      }
      const out = Buffer.alloc(length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(out, done, length - done, start + done)
        if (bytesRead === 0) throw fail(`cut short at byte ${start + done}`)
        done += bytesRead
      }
      return out
    },
    close: () => handle.close(),
  }
}
