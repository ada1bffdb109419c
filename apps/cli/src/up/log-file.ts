import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A log longer than this at start becomes <name>.1, which is replaced: at most two of it are kept. */
const ROTATE_BYTES = 10 * 1024 * 1024

export interface LogFile {
  write(text: string): void
  close(): Promise<void>
}

/** Appends to a log file. @throws Error of the file system when it cannot be opened */
export async function openLogFile(path: string): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true })
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > ROTATE_BYTES) await rename(path, `${path}.1`)
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  await once(stream, 'open')
  // A full disk must not take the programs down with their logs.
  stream.on('error', () => {})
  return {
    write: (text) => void stream.write(text),
    close: async () => {
      stream.end()
      if (!stream.closed) await once(stream, 'close')
    },
  }
}
