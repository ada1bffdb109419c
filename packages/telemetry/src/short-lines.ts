const LEVELS: Readonly<Record<string, string>> = {
  debug: '\u001b[90mdebug\u001b[39m',
  info: '\u001b[36minfo\u001b[39m ',
  warn: '\u001b[33mwarn\u001b[39m ',
  error: '\u001b[31merror\u001b[39m',
}

const dim = (text: string) => `\u001b[90m${text}\u001b[39m`

/** Control characters would let a worker's name or an error move the cursor. */
const printable = (text: string) =>
  text.replaceAll(/\p{Cc}/gu, (char) => (char === '\n' ? '\n' : JSON.stringify(char).slice(1, -1)))

const shown = (value: unknown): string =>
  typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)

function errorLines(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  const { stack, message } = value as { stack?: unknown; message?: unknown }
  return `\n  ${printable(String(stack ?? message ?? '')).replaceAll('\n', '\n  ')}`
}

/** One JSON log line as a person reads it: time, level, message, fields. Errors follow with their stack. */
export function shortLine(line: string): string {
  const { time, level, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(String(time)).toTimeString().slice(0, 8)
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`)
  const text = [dim(clock), LEVELS[String(level)] ?? String(level), printable(String(msg))]
  if (rest.length > 0) text.push(dim(rest.join(' ')))
  return `${text.join(' ')}${errorLines(error)}\n`
}
