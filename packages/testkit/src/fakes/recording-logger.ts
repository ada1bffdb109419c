import type { LogFields, Logger } from '@reverie/core'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  /** Of the line and of the logger it came through. */
  readonly fields: LogFields
}

/** A logger that keeps its lines, for tests of what is and is not logged. */
export interface RecordingLogger extends Logger {
  /** Lines of this logger and its children, in order. */
  readonly lines: readonly LogLine[]
}

export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = []
  const through = (inherited: LogFields): RecordingLogger => {
    const at = (level: LogLine['level']) => (message: string, fields?: LogFields) => {
      lines.push({ level, message, fields: { ...inherited, ...fields } })
    }
    return {
      lines,
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => through({ ...inherited, ...fields }),
    }
  }
  return through({})
}
