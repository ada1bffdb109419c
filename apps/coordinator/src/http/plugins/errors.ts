import { errorBody, frameworkError } from '@reverie/api/server'
import { isReverieError, type Logger, ReverieError } from '@reverie/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Seconds after which a caller may try again when we cannot serve just now. */
const RETRY_AFTER_S = 2
const UNAVAILABLE = 503
const UNAUTHORIZED = 401

function ourError(error: unknown, request: FastifyRequest): ReverieError {
  if (isReverieError(error)) return error
  const { bodyLimit: limit, config } = request.routeOptions
  const types = config.definition?.route.file?.types
  return frameworkError(error, { limit, types }) ?? ReverieError.from(error)
}

/** Gives `reply` the wire form of `error`. Headers that a handler set for its own answer are undone. */
function answer(reply: FastifyReply, request: FastifyRequest, error: ReverieError): FastifyReply {
  for (const name of ['content-length', 'content-range', 'content-disposition', 'etag']) {
    reply.removeHeader(name)
  }
  if (error.status === UNAUTHORIZED) reply.header('www-authenticate', 'Bearer realm="reverie"')
  if (error.status === UNAVAILABLE && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', RETRY_AFTER_S)
  }
  const { size } = error.facts
  if (error.code === 'range_not_satisfiable') reply.header('content-range', `bytes */${size}`)
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id))
}

/** Answers requests that no route was looked up for: their path cannot be read. No hook has seen them. */
export function refuseUnreadablePath(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.header('x-request-id', request.id)
  answer(reply, request, frameworkError(error) ?? ReverieError.from(error))
}

/** Every answer that is not 2xx has one form, and its kind decides how loudly it is logged. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = ourError(thrown, request)
    const facts = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      code: error.code,
    }
    if (error.kind === 'bug') log.error('request failed', { ...facts, error })
    else if (error.kind === 'operational') log.warn('request not served', { ...facts, error })
    else log.debug('request refused', { ...facts, field: error.facts.field })
    return answer(reply, request, error)
  })

  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const message = `There is no ${request.method} route at this path; /docs lists the routes.`
    return answer(reply, request, new ReverieError('route_not_found', message))
  })
}
