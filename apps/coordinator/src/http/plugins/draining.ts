import { ReverieError } from '@reverie/core'
import type { FastifyInstance } from 'fastify'

/** Once the app closes, requests on connections that are still open are sent elsewhere. */
export function refuseWhileDraining(app: FastifyInstance): void {
  let isDraining = false
  app.addHook('preClose', async () => {
    isDraining = true
  })
  app.addHook('onRequest', async (_request, reply) => {
    if (!isDraining) return
    reply.header('connection', 'close')
    throw new ReverieError(
      'shutting_down',
      'The coordinator is shutting down; try again in a moment.',
    )
  })
}
