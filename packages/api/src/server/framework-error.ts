import { ReverieError } from '@reverie/core'
import { codeOfError } from './error-answer.ts'

/** fastify's own refusals, by its codes, in our words. `limit` is the body limit of the route, bytes. */
const REFUSALS: Readonly<Record<string, (limit: number | undefined) => ReverieError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limit) =>
    new ReverieError(
      'body_too_large',
      `The body is larger than this route takes; send at most ${limit ?? 0} bytes.`,
      { accepted: `at most ${limit ?? 0} bytes` },
    ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ReverieError(
      'malformed_request',
      'The body has a content type that this route does not read; send JSON with "Content-Type: application/json".',
      { field: 'content-type', accepted: 'application/json' },
    ),
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
export const frameworkError = (error: unknown, limit?: number): ReverieError | undefined =>
  REFUSALS[codeOfError(error) ?? '']?.(limit)
