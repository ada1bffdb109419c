import { ReverieError } from '@reverie/core'
import type { FastifyInstance } from 'fastify'

/**
 * Reads JSON bodies and nothing else. An empty body is no body: many clients send a JSON content type with every
 * request, DELETE included. Keys that would reach a prototype are refused.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, text, done) => {
      if (text.trim() === '') {
        done(null, undefined)
        return
      }
      // fastify's parser calls back; the promise in its type is for parsers that do not.
      void parse(request, text, (error, value) => {
        if (error) done(malformed(error))
        else done(null, value)
      })
    },
  )
}

const malformed = (cause: Error) =>
  new ReverieError(
    'malformed_request',
    'The body is not valid JSON; check commas, quotes and brackets.',
    { accepted: 'a JSON object' },
    { cause },
  )
