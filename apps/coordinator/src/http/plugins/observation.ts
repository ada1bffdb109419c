import type { Logger, MetricsRegister } from '@reverie/core'
import type { FastifyInstance } from 'fastify'

const BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const MS_PER_S = 1000

/** Counts and times requests by route, never by path. */
export function observe(app: FastifyInstance, metrics: MetricsRegister, log: Logger): void {
  const requests = metrics.counter({
    name: 'reverie_http_requests_total',
    help: 'HTTP requests answered.',
    labels: ['route', 'status'],
  })
  const seconds = metrics.histogram({
    name: 'reverie_http_request_duration_seconds',
    help: 'From the first byte of a request to the last byte of its answer; event streams are left out.',
    labels: ['route'],
    buckets: BUCKETS_S,
  })

  app.addHook('onResponse', async (request, reply) => {
    const definition = request.routeOptions.config.definition
    const route = definition?.name ?? 'other'
    requests.inc({ route, status: String(reply.statusCode) })
    if (definition?.route.answer.kind !== 'events') {
      seconds.observe(reply.elapsedTime / MS_PER_S, { route })
    }
    log.debug('request answered', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  })
}
