import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { acceptedBy, bareSchema, takesWholeNumbers } from './accepted.ts'

/** Short words of a list may be shown again; a prompt may not. */
const MAX_ECHO = 40

/** The part of a request that is parsed. */
export type RequestPart = 'body' | 'query' | 'params' | 'headers'

const PLACES: Record<RequestPart, string> = {
  body: 'the body',
  query: 'the query',
  params: 'the path',
  headers: 'the headers',
}

/** A value as an error message may show it: numbers and words of a list as they are, text by its length. */
function shown(value: unknown, isListed: boolean): string {
  if (value === null) return 'null'
  if (typeof value === 'string') {
    if (isListed && value.length <= MAX_ECHO) return JSON.stringify(value)
    return value.trim() === '' ? 'empty' : `text of ${value.length} characters`
  }
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  return String(value)
}

const valueAt = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

/**
 * Parses one part of a request. Keys of a flat object are the fields that errors name.
 * @throws ReverieError `invalid_parameter` with `field` and `accepted` for the first thing that is wrong; for a part that is
 * no object at all, without `field`
 */
export function parsePart<S extends z.ZodMiniObject>(
  schema: S,
  value: unknown,
  part: RequestPart,
): z.output<S> {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  throw fieldError(schema, parsed.error.issues[0], value, part)
}

function fieldError(
  schema: z.ZodMiniObject,
  issue: z.core.$ZodIssue | undefined,
  value: unknown,
  part: RequestPart,
): ReverieError {
  const shape: Record<string, z.core.$ZodType> = schema.shape
  if (issue?.code === 'unrecognized_keys') {
    const field = String(issue.keys[0]).slice(0, MAX_ECHO)
    const accepted = `the fields ${Object.keys(shape).join(', ')}`
    return invalid(`${field} is not a field of ${PLACES[part]}; it takes ${accepted}.`, {
      field,
      accepted,
    })
  }
  const field = String(issue?.path[0] ?? '')
  const fieldSchema = shape[field]
  if (fieldSchema === undefined) {
    const accepted = acceptedBy(schema)
    return invalid(`${PLACES[part]} must be ${accepted}.`, { accepted })
  }
  const accepted = acceptedBy(fieldSchema)
  const given = valueAt(value, field)
  if (given === undefined) {
    return invalid(`${field} is missing from ${PLACES[part]}; send ${accepted}.`, {
      field,
      accepted,
    })
  }
  const isListed = bareSchema(fieldSchema)._zod.def.type === 'enum'
  const kind = takesWholeNumbers(fieldSchema) ? 'a whole number, ' : ''
  return invalid(`${field} is ${shown(given, isListed)}; it must be ${kind}${accepted}.`, {
    field,
    accepted,
  })
}

const invalid = (message: string, facts: { field?: string; accepted: string }) =>
  new ReverieError('invalid_parameter', capitalised(message), facts)

/** Field names start a sentence as they are; "the body" becomes "The body". */
const capitalised = (text: string) => (text.startsWith('the ') ? `T${text.slice(1)}` : text)
