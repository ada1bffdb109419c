import { ROUTES, type RouteDefinition } from '@reverie/api'
import { wrongContentType } from '@reverie/api/server'
import type { FastifyInstance } from 'fastify'

/** Reads bodies that are files, on the routes that take one; elsewhere they are as foreign as any other type. */
export function readFileBodies(app: FastifyInstance): void {
  const routes: readonly RouteDefinition[] = Object.values(ROUTES)
  const types = [...new Set(routes.flatMap(({ file }) => file?.types ?? []))]
  app.addContentTypeParser<Buffer>(types, { parseAs: 'buffer' }, (request, bytes, done) => {
    if (request.routeOptions.config.definition?.route.file) done(null, bytes)
    else done(wrongContentType())
  })
}
