import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from '@reverie/core'
import { createSizeTable, LearnedSizes, NOTHING_LEARNED, type SizeTable } from './size-table.ts'

const MAX_FILE_BYTES = 4 * 1024 * 1024

/**
 * A table kept in a file: read once, written after every change, atomically. A file that is missing or damaged means that
 * nothing was learned; one that cannot be written costs only the memory of the next process.
 */
export function openLearnedSizes(file: string, logger: Logger): SizeTable {
  return createSizeTable(read(file, logger), Date.now, (learned) => {
    try {
      mkdirSync(dirname(file), { recursive: true })
      const temporary = `${file}.${process.pid}.tmp`
      writeFileSync(temporary, JSON.stringify(learned))
      renameSync(temporary, file)
    } catch (cause) {
      logger.warn('what was learned about sizes cannot be kept', { file, reason: String(cause) })
    }
  })
}

function read(file: string, logger: Logger): LearnedSizes {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return NOTHING_LEARNED
  }
  try {
    if (text.length > MAX_FILE_BYTES) throw new Error(`it has ${text.length} characters`)
    return LearnedSizes.parse(JSON.parse(text))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    logger.warn('what was learned about sizes is damaged; it is learned anew', { file, reason })
    return NOTHING_LEARNED
  }
}
