import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { acceptedBy, bareSchema, schemaAt, takesWholeNumbers } from './accepted.ts'

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

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )

/** A path as it is written in errors: "control.0.weight". */
const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.')

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
  const { schema: fieldSchema, depth } = schemaAt(schema, issue?.path ?? [])
  const path = issue?.path.slice(0, depth) ?? []
  const accepted = acceptedBy(fieldSchema)
  if (issue?.code === 'unrecognized_keys') {
    const unknown = String(issue.keys[0]).slice(0, MAX_ECHO)
    const place = path.length === 0 ? PLACES[part] : nameOf(path)
    const field = nameOf([...path, unknown])
    const fields = accepted.replace(/^an object with /, '')
    return invalid(`${field} is not a field of ${place}; it takes ${fields}.`, {
      field,
      accepted: fields,
    })
  }
  if (path.length === 0) return invalid(`${PLACES[part]} must be ${accepted}.`, { accepted })
  const field = nameOf(path)
  const given = valueAt(value, path)
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
