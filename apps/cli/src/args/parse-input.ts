import { parseArgs } from 'node:util'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { COMMON_FLAGS, type Flags, type Input } from '../command.ts'
import { didYouMean } from './suggest.ts'

/** @throws ReverieError `invalid_option` that names the flag and the nearest one that exists */
export function parseInput(argv: readonly string[], own: Flags): Input {
  const flags = { ...COMMON_FLAGS, ...own }
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    return {
      values: values as Input['values'],
      operands: positionals,
      argv,
    }
  } catch (cause) {
    throw badFlag(cause as Error & { code?: string }, argv, Object.keys(flags))
  }
}

function badFlag(
  cause: Error & { code?: string },
  argv: readonly string[],
  known: readonly string[],
): ReverieError {
  const unknown = /^Unknown option '(-+)([^']+)'/.exec(cause.message)
  if (unknown) {
    const [, dashes = '--', name = ''] = unknown
    const hint = didYouMean(
      `--${name}`,
      known.map((each) => `--${each}`),
    )
    return new ReverieError(
      'invalid_option',
      `There is no option ${dashes}${name}.${hint}`,
      { field: `${dashes}${name}`, accepted: known.map((each) => `--${each}`).join(', ') },
      { cause },
    )
  }
  // Node reads a value with a dash as the next option; only "=" makes clear that it is a value.
  const dashed = /^Option '(?:-\w, )?(--?[\w-]+)[^']*' argument is ambiguous/.exec(cause.message)
  if (dashed) {
    const [, field = ''] = dashed
    const joined = field.startsWith('--') ? `${field}=<value>` : `${field}<value>`
    return new ReverieError(
      'invalid_option',
      `What follows ${field} starts with a dash and could be an option; if it is the value, write ${joined}.`,
      { field },
      { cause },
    )
  }
  const [message = ''] = cause.message.split('\n')
  return new ReverieError('invalid_option', `${message} (in: ${argv.join(' ')})`, {}, { cause })
}

/** Parses flag values. @throws ReverieError `invalid_option` with the flag and what it takes */
export function parseValues<T extends z.ZodMiniType>(schema: T, values: unknown): z.infer<T> {
  const parsed = z.safeParse(schema, values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? '')
  const given = (values as Record<string, unknown>)[name]
  throw new ReverieError(
    'invalid_option',
    `--${name} ${given === undefined ? '' : `is ${JSON.stringify(given)}: `}${issue?.message ?? 'invalid'}`,
    { field: `--${name}`, ...(issue ? { accepted: issue.message } : {}) },
  )
}
