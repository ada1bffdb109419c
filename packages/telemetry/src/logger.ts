import type { LogFields, Logger } from '@reverie/core'
import { type Logger as PinoLogger, pino } from 'pino'
import { redact } from './redact.ts'
import { shortLine } from './short-lines.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  /** Lines below it are dropped. Default `info`. */
  readonly level?: LogLevel
  /** `json`: one object a line, for machines. `pretty`: short coloured lines, for a terminal. Default `json`. */
  readonly format?: 'json' | 'pretty'
  /** On every line. */
  readonly fields?: LogFields
}

/** Where lines go; a stream will do. */
export interface LogDestination {
  write(text: string): unknown
}

/** A logger on pino. Prompts, keys and the like are replaced whatever the caller passes, see `redact`. Writes to stdout. */
export function createLogger(
  options: LoggerOptions = {},
  destination: LogDestination = process.stdout,
): Logger {
  const { level = 'info', format = 'json', fields = {} } = options
  const base = pino(
    {
      level,
      // No pid and host name: they are the process manager's to add.
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => void destination.write(format === 'pretty' ? shortLine(line) : line),
    },
  )
  return wrap(base.child(safe(fields)))
}

const safe = (fields: LogFields) => redact(fields) as LogFields

function wrap(logger: PinoLogger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
      // Redacting is work; a dropped line should cost none.
      if (!logger.isLevelEnabled(level)) return
      logger[level](safe(fields ?? {}), message)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(safe(fields))),
  }
}
