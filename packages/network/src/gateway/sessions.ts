import type { Connection } from '@libp2p/interface'
import type { Logger, PeerId, WorkerChange, WorkerProfile } from '@reverie/core'
import type { NetworkMetrics } from '../metrics.ts'
import type { SessionEnd, WorkerSession } from './session.ts'

/** The open sessions, one per peer, and who is told of changes. */
export interface Sessions {
  get(peer: PeerId): WorkerSession | undefined
  /** The session that lives on this connection. */
  on(connection: Connection): WorkerSession | undefined
  all(): WorkerSession[]
  add(session: WorkerSession): void
  update(session: WorkerSession, profile: WorkerProfile): void
  readonly remove: (session: WorkerSession, why: SessionEnd) => void
  /** Returns the unsubscribe function. */
  onChange(listener: (change: WorkerChange) => void): () => void
}

export function createSessions({
  logger,
  metrics,
}: {
  readonly logger: Logger
  readonly metrics: NetworkMetrics
}): Sessions {
  const byPeer = new Map<PeerId, WorkerSession>()
  const listeners = new Set<(change: WorkerChange) => void>()

  function announce(change: WorkerChange) {
    for (const listener of [...listeners]) {
      try {
        listener(change)
      } catch (error) {
        logger.error('a listener of worker changes threw', { error: String(error) })
      }
    }
  }

  return {
    get: (peer) => byPeer.get(peer),
    on(connection) {
      const session = byPeer.get(connection.remotePeer.toString() as PeerId)
      return session?.connection === connection ? session : undefined
    },
    all: () => [...byPeer.values()],
    add(session) {
      const { peer } = session.worker
      byPeer.set(peer, session)
      metrics.sessions.set(byPeer.size)
      logger.info('a worker joined', { peer })
      announce({ type: 'joined', worker: session.worker })
    },
    update(session, profile) {
      session.worker = { ...session.worker, profile }
      announce({ type: 'updated', worker: session.worker })
    },
    remove(session, why) {
      const { peer } = session.worker
      if (byPeer.get(peer) !== session) return
      byPeer.delete(peer)
      metrics.sessions.set(byPeer.size)
      metrics.sessionsEnded.inc({ reason: why })
      logger.info('a worker left', { peer, reason: why })
      announce({ type: 'left', worker: session.worker })
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
