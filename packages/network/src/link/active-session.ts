import type { Connection } from '@libp2p/interface'
import { type Clock, type ErrorObject, ReverieError, type WorkerProfile } from '@reverie/core'
import { startHeartbeat } from '../timing/heartbeat.ts'
import { watchLiveness } from '../timing/liveness.ts'
import type { Welcome } from './open-session.ts'

/** How a session ended. `error`: what the coordinator said, or did wrong; absent when it just went away. */
interface SessionOutcome {
  readonly livedMs: number
  readonly error: ErrorObject | undefined
}

/** The open session, seen from the worker. */
export interface ActiveSession {
  readonly connection: Connection
  /** Fires when it is over. */
  readonly over: AbortSignal
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<SessionOutcome>
  touch(): void
  announce(profile: WorkerProfile): void
  /** Ends it from our side; what was sent still arrives. */
  leave(): void
}

/** Milliseconds that what was sent has to leave when we go. */
const LEAVE_MS = 500

export function followSession(
  { clock, connection }: { readonly clock: Clock; readonly connection: Connection },
  { channel, heartbeatMs, silenceMs }: Welcome,
): ActiveSession {
  const controller = new AbortController()
  const { promise: ended, resolve } = Promise.withResolvers<SessionOutcome>()
  const openedAt = clock.now()
  let leaving = false

  const onClose = () => finish()
  connection.addEventListener('close', onClose, { once: true })
  const liveness = watchLiveness(clock, { silenceMs, graceMs: heartbeatMs, onSilent: finish })
  const stopHeartbeat = startHeartbeat(clock, heartbeatMs, () =>
    channel.send({ type: 'heartbeat' }, { signal: controller.signal }),
  )
  follow().then(finish, (error: unknown) => finish(ReverieError.from(error).toObject()))
  if (connection.status !== 'open') finish()

  /** What the coordinator said last, when it said goodbye. */
  async function follow(): Promise<ErrorObject | undefined> {
    for await (const message of channel) {
      if (message.type === 'goodbye') return message.error
      if (message.type === 'heartbeat') continue
      throw new ReverieError(
        'protocol_violation',
        `the coordinator sent ${message.type} on a session that is open`,
      )
    }
    return undefined
  }

  function finish(error?: ErrorObject) {
    if (controller.signal.aborted) return
    controller.abort(new Error('the session with the coordinator is over'))
    connection.removeEventListener('close', onClose)
    liveness.stop()
    stopHeartbeat()
    closeConnection()
    resolve({ livedMs: clock.now() - openedAt, error })
  }

  function closeConnection() {
    const over = new Error('the session with the coordinator is over')
    if (!leaving) return connection.abort(over)
    connection.close({ signal: AbortSignal.timeout(LEAVE_MS) }).catch(() => connection.abort(over))
  }

  return {
    connection,
    over: controller.signal,
    ended,
    touch: liveness.touch,
    announce(profile) {
      channel.send({ type: 'profile', profile }, { signal: controller.signal }).catch(() => {
        // Lost with the session; the next one starts with the profile.
      })
    },
    leave() {
      leaving = true
      finish()
    },
  }
}
