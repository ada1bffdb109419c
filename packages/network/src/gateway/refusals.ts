import type { Connection } from '@libp2p/interface'
import type { Logger, ReverieError } from '@reverie/core'
import type { ProtocolName } from '@reverie/protocol'
import type { NetworkMetrics } from '../metrics.ts'

/** Characters of an error sentence in a log line: it may quote the peer. */
const MAX_LOGGED_CHARS = 200

/** Keeps count of what connections send wrongly, and closes those that keep at it. */
export interface Refusals {
  /** A stream of `connection` was ended for `error`. */
  note(connection: Connection, protocol: ProtocolName, error: ReverieError): void
}

export function createRefusals(
  { logger, metrics }: { readonly logger: Logger; readonly metrics: NetworkMetrics },
  { violations }: { readonly violations: number },
): Refusals {
  const counts = new WeakMap<Connection, number>()
  return {
    note(connection, protocol, error) {
      const count = (counts.get(connection) ?? 0) + 1
      counts.set(connection, count)
      const peer = connection.remotePeer.toString()
      metrics.messagesRefused.inc({ protocol, code: error.code })
      logger.warn('refused what a peer sent', { peer, protocol, code: error.code, count })
      logger.debug('why it was refused', { peer, reason: error.message.slice(0, MAX_LOGGED_CHARS) })
      if (count < violations) return
      logger.warn('closed the connection of a peer that keeps sending invalid messages', { peer })
      connection.abort(error)
    },
  }
}
