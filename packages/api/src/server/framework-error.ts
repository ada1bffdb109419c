import { ReverieError } from '@reverie/core'
import { codeOfError } from './error-answer.ts'

/** What a route takes: bytes of its body, and media types. */
interface Takes {
  readonly limit?: number | undefined
  /** @defaultValue JSON */
  readonly types?: readonly string[] | undefined
}

const JSON_TYPES: readonly string[] = ['application/json']

/** A body of a media type that a route does not read; without `types` it reads JSON. */
export function wrongContentType(types: readonly string[] = JSON_TYPES): ReverieError {
  const accepted = types.join(', ')
  const isJson = types === JSON_TYPES
  const what = isJson ? 'JSON with "Content-Type: application/json"' : `a file of type ${accepted}`
  return new ReverieError(
    'malformed_request',
    `The body has a content type that this route does not read; send ${what}.`,
    { field: 'content-type', accepted },
  )
}

/** fastify's own refusals, by its codes, in our words. */
const REFUSALS: Readonly<Record<string, (takes: Takes) => ReverieError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ({ limit }) =>
    new ReverieError(
      'body_too_large',
      `The body is larger than this route takes; send at most ${limit ?? 0} bytes.`,
      { accepted: `at most ${limit ?? 0} bytes` },
    ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ types }) => wrongContentType(types),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new ReverieError(
      'malformed_request',
      'The body has another length than its Content-Length says; send it again in full.',
      { field: 'content-length' },
    ),
  FST_ERR_CTP_INVALID_JSON_BODY: () =>
    new ReverieError(
      'malformed_request',
      'The body is not valid JSON; check commas, quotes and brackets.',
      { accepted: 'a JSON object' },
    ),
  FST_ERR_BAD_URL: () =>
    new ReverieError('malformed_request', 'The path has a broken %-encoding; encode it again.'),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new ReverieError('route_not_found', 'A name in the path is longer than any that exists here.'),
}

/** Our form of an error that fastify raised, or undefined when it is not one of its refusals. */
export const frameworkError = (error: unknown, takes: Takes = {}): ReverieError | undefined =>
  REFUSALS[codeOfError(error) ?? '']?.(takes)
