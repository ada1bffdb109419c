import { type Account, ReverieError } from '@reverie/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RouteDefinition } from '../route.ts'
import { ROUTES, type RouteName } from '../routes.ts'
import { parsePart } from '../words/field-error.ts'
import { wrongContentType } from './framework-error.ts'
import type { Handler, Handlers, ServedRoute, UploadedFile } from './handlers.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The definition a route was bound from; absent on routes of other plugins. */
    definition?: { readonly name: RouteName; readonly route: RouteDefinition }
  }
}

export interface BindOptions {
  /** Who a request comes from, once the app's own hooks have looked at its key. */
  readonly accountOf: (request: FastifyRequest) => Account | undefined
}

/** Registers every route of the table: checks the account before the body is read, then parses each part, then calls the handler. */
export function bindRoutes(
  app: FastifyInstance,
  handlers: Handlers,
  { accountOf }: BindOptions,
): void {
  for (const name of Object.keys(handlers) as ServedRoute[]) {
    const route: RouteDefinition = ROUTES[name]
    // Each handler fits its own route; the loop cannot say so.
    const handler = handlers[name] as unknown as Handler<unknown>
    app.route({
      method: route.method,
      url: route.path,
      config: { definition: { name, route } },
      // A HEAD on an event stream would never end.
      exposeHeadRoute: route.method === 'GET' && route.answer.kind !== 'events',
      ...bodyLimitOf(route),
      preParsing: async (request) => {
        if (route.auth === 'account' && accountOf(request) === undefined) throw unauthorized()
      },
      handler: async (request, reply) => {
        const { params, query, headers, body } = route
        reply.code(route.answer.status)
        if (route.answer.kind === 'text') reply.type(route.answer.contentType)
        if (route.answer.kind === 'document') reply.type('application/json; charset=utf-8')
        const call = {
          params: params && parsePart(params, request.params, 'params'),
          query: query && parsePart(query, request.query, 'query'),
          headers: headers && parsePart(headers, request.headers, 'headers'),
          body: body && parsePart(body.schema, request.body, 'body'),
          file: route.file && fileOf(request, route.file.types),
          account: accountOf(request),
          request,
          reply,
        }
        return handler(call as unknown as Parameters<typeof handler>[0])
      },
    })
  }
}

function bodyLimitOf({ body, file }: RouteDefinition): { bodyLimit?: number } {
  const limit = body?.maxBytes ?? file?.maxBytes
  return limit === undefined ? {} : { bodyLimit: limit }
}

/** @throws ReverieError `malformed_request` for an empty body or another media type */
function fileOf({ body, headers }: FastifyRequest, types: readonly string[]): UploadedFile {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (body instanceof Uint8Array && types.includes(type)) {
    if (body.length > 0) return { bytes: body, type }
    throw new ReverieError('malformed_request', 'The body is empty; send the file as the body.', {
      accepted: 'a file',
    })
  }
  throw wrongContentType(types)
}

const unauthorized = () =>
  new ReverieError(
    'unauthorized',
    'This needs an API key; send it as "Authorization: Bearer rvk_..." or "X-API-Key: rvk_...".',
  )
