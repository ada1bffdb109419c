import type { Connection } from '@libp2p/interface'
import type { Clock, ConnectedWorker, ErrorObject } from '@reverie/core'
import {
  boundedError,
  type SessionFromCoordinator,
  type SessionFromWorker,
} from '@reverie/protocol'
import type { Channel } from '../channel/channel.ts'
import { startHeartbeat } from '../timing/heartbeat.ts'
import { watchLiveness } from '../timing/liveness.ts'

export type SessionEnd = 'closed' | 'silent' | 'replaced' | 'violation' | 'disconnected'

export type SessionChannel = Channel<SessionFromWorker, SessionFromCoordinator>

/** One worker's open session, seen from the coordinator. */
export interface WorkerSession {
  worker: ConnectedWorker
  readonly connection: Connection
  /** Fires once, when the session is over. */
  readonly over: AbortSignal
  /** Bytes of the worker arrived, on whatever stream: it lives. */
  touch(): void
  /** Ends the session and closes its connection; `error` tells the worker why, first. Idempotent, never rejects. */
  end(why: SessionEnd, error?: ErrorObject): Promise<void>
}

interface SessionModules {
  readonly clock: Clock
  readonly channel: SessionChannel
  readonly connection: Connection
  readonly worker: ConnectedWorker
  readonly onEnd: (session: WorkerSession, why: SessionEnd) => void
}

export function createSession(
  { clock, channel, connection, worker, onEnd }: SessionModules,
  { heartbeatMs, silenceMs }: { readonly heartbeatMs: number; readonly silenceMs: number },
): WorkerSession {
  const controller = new AbortController()
  let ending: Promise<void> | undefined

  const onClose = () => void session.end('closed')
  connection.addEventListener('close', onClose, { once: true })
  const liveness = watchLiveness(clock, {
    silenceMs,
    graceMs: heartbeatMs,
    onSilent: () => void session.end('silent'),
  })
  const stopHeartbeat = startHeartbeat(clock, heartbeatMs, () =>
    channel.send({ type: 'heartbeat' }, { signal: controller.signal }),
  )

  async function end(why: SessionEnd, error: ErrorObject | undefined) {
    connection.removeEventListener('close', onClose)
    liveness.stop()
    stopHeartbeat()
    onEnd(session, why)
    controller.abort(new Error(`the session is over: ${why}`))
    if (error) await sayGoodbye(channel, clock, error)
    connection.abort(new Error(`the session is over: ${why}`))
  }

  const session: WorkerSession = {
    worker,
    connection,
    over: controller.signal,
    touch: liveness.touch,
    end(why, error) {
      ending ??= end(why, error)
      return ending
    },
  }
  return session
}

/** Milliseconds for a worker to read why it is sent away, and to close. */
const GOODBYE_MS = 500

async function sayGoodbye(channel: SessionChannel, clock: Clock, error: ErrorObject) {
  const patience = new AbortController()
  const stopTimer = clock.after(GOODBYE_MS, () => patience.abort(new Error('too slow')))
  try {
    const goodbye = { type: 'goodbye', error: boundedError(error) } as const
    await channel.send(goodbye, { signal: patience.signal })
    await channel.close()
  } catch {
    // A worker that does not read learns nothing; its connection closes all the same.
  } finally {
    stopTimer()
  }
}
