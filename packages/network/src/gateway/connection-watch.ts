import type { Connection } from '@libp2p/interface'
import type { Clock, Logger } from '@reverie/core'
import type { NetworkNode } from '../node/node.ts'

interface WatchModules {
  readonly node: NetworkNode
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Closes inbound connections on which no session opens in time: a stranger costs a connection, for seconds.
 * The returned function ends the watch.
 */
export function watchConnections(
  { node, clock, logger }: WatchModules,
  { helloMs }: { readonly helloMs: number },
  hasSession: (connection: Connection) => boolean,
): () => void {
  const { libp2p, metrics } = node
  // As long again as the hello itself may take, which has its own time limit and its own reason to be logged.
  const patienceMs = 2 * helloMs
  const timers = new Map<Connection, () => void>()

  const onOpen = ({ detail: connection }: CustomEvent<Connection>) => {
    if (connection.direction !== 'inbound') return
    const stopTimer = clock.after(patienceMs, () => {
      timers.delete(connection)
      if (hasSession(connection)) return
      metrics.connectionsDenied.inc({ reason: 'no_session' })
      logger.debug('closed a connection that opened no session', {
        peer: connection.remotePeer.toString(),
      })
      connection.abort(new Error(`no session was opened within ${patienceMs} ms`))
    })
    timers.set(connection, stopTimer)
  }
  const onClose = ({ detail: connection }: CustomEvent<Connection>) => {
    timers.get(connection)?.()
    timers.delete(connection)
  }
  libp2p.addEventListener('connection:open', onOpen)
  libp2p.addEventListener('connection:close', onClose)

  return () => {
    libp2p.removeEventListener('connection:open', onOpen)
    libp2p.removeEventListener('connection:close', onClose)
    for (const stopTimer of timers.values()) stopTimer()
    timers.clear()
  }
}
