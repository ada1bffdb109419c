import { type Clock, ReverieError } from '@reverie/core'
import type { FastifyInstance } from 'fastify'

/** Answers under way get this long; a reader that has stopped reading would otherwise hold the coordinator up for ever. */
const GRACE_MS = 3_000

/** Once the app closes, requests on connections that are still open are sent elsewhere, and what hangs is cut off. */
export function drainOnClose(app: FastifyInstance, clock: Clock): void {
  let isDraining = false
  let cancelCut = () => {}

  app.addHook('preClose', async () => {
    isDraining = true
    cancelCut = clock.after(GRACE_MS, () => app.server.closeAllConnections())
  })
  app.addHook('onClose', async () => cancelCut())
  app.addHook('onRequest', async (_request, reply) => {
    if (!isDraining) return
    reply.header('connection', 'close')
    throw new ReverieError(
      'shutting_down',
      'The coordinator is shutting down; try again in a moment.',
    )
  })
}
