import { randomUUID } from 'node:crypto'
import { bindRoutes } from '@reverie/api/server'
import { type FastifyInstance, fastify } from 'fastify'
import { createWatchers } from './events/watchers.ts'
import { compileHttpOptions } from './options.ts'
import { authenticate, refuseWrongKeys } from './plugins/authentication.ts'
import { refuseBrokenRequest } from './plugins/broken-requests.ts'
import { serveDocs } from './plugins/docs.ts'
import { drainOnClose } from './plugins/draining.ts'
import { answerErrors, refuseUnreadablePath } from './plugins/errors.ts'
import { readFileBodies } from './plugins/file-bodies.ts'
import { readJsonBodies } from './plugins/json-bodies.ts'
import { observe } from './plugins/observation.ts'
import { limitRates } from './plugins/rate-limits.ts'
import { secureHeaders } from './plugins/security-headers.ts'
import type { HttpModules, HttpOptions } from './ports.ts'
import { imageHandlers } from './routes/images.ts'
import { inputHandlers } from './routes/inputs.ts'
import { modelHandlers } from './routes/models.ts'
import { renderHandlers } from './routes/renders.ts'
import { serviceHandlers } from './routes/service.ts'
import { workerHandlers } from './routes/workers.ts'

/** For routes whose definition names no limit: they take no body. */
const MAX_OTHER_BYTES = 16 * 1024
/** Longest name in a path; the longest of ours is a CID. */
const MAX_NAME = 200
/** How long a request may take to arrive in full. */
const ARRIVAL_MS = 60_000

/**
 * The HTTP API over `modules`. It does not listen: call `listen` on what it returns, and `close` to stop. Closing ends
 * event streams, lets requests under way finish and answers new ones with `shutting_down`.
 */
export async function buildApp(
  modules: HttpModules,
  options: HttpOptions,
): Promise<FastifyInstance> {
  const { version, rateLimits, trustedProxies, heartbeatMs } = compileHttpOptions(options)
  const { log } = modules
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: MAX_OTHER_BYTES,
    requestTimeout: ARRIVAL_MS,
    trustProxy: (_address: string, hop: number) => hop < trustedProxies,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: refuseUnreadablePath,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: MAX_NAME,
    },
  })
  const watchers = createWatchers(modules, { heartbeatMs })
  app.addHook('preClose', async () => watchers.close())

  // The order of these is the order in which a request meets them.
  secureHeaders(app)
  drainOnClose(app, modules.clock)
  authenticate(app, modules.accounts)
  await limitRates(app, rateLimits)
  refuseWrongKeys(app)
  readJsonBodies(app)
  readFileBodies(app)
  answerErrors(app, log)
  observe(app, modules.metrics, log)

  const handlers = {
    ...renderHandlers(modules.renders, watchers),
    ...inputHandlers(modules),
    ...imageHandlers(modules.blobs),
    ...modelHandlers(modules),
    ...workerHandlers(modules),
    ...serviceHandlers(modules, version),
  }
  bindRoutes(app, handlers, { accountOf: (request) => request.account })
  await serveDocs(app)
  await app.ready()
  return app
}
