import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { missingFile } from './read-graph.ts'

/** SHA-256 of files, computed once for as long as a file keeps its size and time of change: large ones take seconds. */
export interface FileHashes {
  /** Lower-case hex. @throws ReverieError `model_file_missing` */
  of(path: string): Promise<string>
}

export function createFileHashes(): FileHashes {
  const known = new Map<string, string>()
  return {
    async of(path) {
      try {
        const { size, mtimeMs } = await stat(path)
        const id = JSON.stringify([path, size, mtimeMs])
        const before = known.get(id)
        if (before !== undefined) return before
        const hash = createHash('sha256')
        await pipeline(createReadStream(path), hash)
        const digest = hash.digest('hex')
        known.set(id, digest)
        return digest
      } catch (cause) {
        throw missingFile(path, cause)
      }
    },
  }
}
