import * as z from 'zod/mini'

const Line = z.object({
  level: z.enum(['warn', 'error', 'fatal']),
  msg: z.string(),
  reason: z.optional(z.string()),
  code: z.optional(z.string()),
})

/** A warning or error of a JSON log line as a sentence, or undefined for anything else. */
export function problemOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const parsed = z.safeParse(Line, value)
  if (!parsed.success) return undefined
  const { msg, reason, code } = parsed.data
  const why = [reason, code].filter((part) => part !== undefined).join(', ')
  return why ? `${msg}: ${why}` : msg
}

/** Splits chunks of text into lines; what is not ended yet is kept for the next chunk. */
export function createLineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  /** A line longer than this is not worth keeping whole. */
  const maxChars = 64 * 1024
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-maxChars)
    for (const line of lines) onLine(line)
  }
}
