/** Field names whose values never reach a log, in lower case without separators. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'prompt',
  'negativeprompt',
  'authorization',
  'xapikey',
  'apikey',
  'key',
  'secret',
  'password',
  'token',
  'cookie',
  'setcookie',
  'privatekey',
])

/** API keys are recognised anywhere in text, so that an error message or a URL cannot carry one out. */
const API_KEY = /rvk_[A-Za-z0-9_-]{8,}/g

const REDACTED = '[redacted]'
/** Deeper values are cut: a log line is a list of facts, not a dump. */
const MAX_DEPTH = 5
const MAX_ITEMS = 50
const MAX_TEXT = 4_000

const isSecretName = (name: string): boolean =>
  SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_.]/g, ''))

function redactText(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text
  return short.replaceAll(API_KEY, `rvk_${REDACTED}`)
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  return {
    name,
    ...('code' in error ? { code: String(error.code) } : {}),
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...('facts' in error ? { facts: redact(error.facts, depth + 1) } : {}),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  }
}

/** A copy of `value` that is safe to log: secrets by name and API keys by form are replaced, errors become plain data. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[deep]'
  if (value instanceof Error) return redactError(value, depth)
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1))
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, item]) => [name, isSecretName(name) ? REDACTED : redact(item, depth + 1)]),
  )
}
