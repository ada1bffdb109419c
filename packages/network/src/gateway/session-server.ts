import type { Connection, Stream } from '@libp2p/interface'
import {
  type Clock,
  type ErrorObject,
  type Logger,
  PeerId,
  ReverieError,
  type WorkerProfile,
} from '@reverie/core'
import { boundedError, sessionFromCoordinator, sessionFromWorker } from '@reverie/protocol'
import { openChannel } from '../channel/channel.ts'
import { deadline } from '../timing/deadline.ts'
import type { GatewayOptions } from './options.ts'
import type { Refusals } from './refusals.ts'
import { createSession, type SessionChannel, type WorkerSession } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Decides whether a worker may join; an error turns it away and tells it why. */
export type Admit = (peer: PeerId, profile: WorkerProfile) => Promise<ErrorObject | undefined>

export interface SessionServerModules {
  readonly clock: Clock
  readonly logger: Logger
  readonly sessions: Sessions
  readonly refusals: Refusals
  readonly admit: Admit
}

const GOODBYE_LINGER_MS = 500

const replaced: ErrorObject = {
  code: 'peer_refused',
  message:
    'another session with this identity was opened; give every worker an identity folder of its own',
  facts: { replaced: true },
}

/** Runs session streams that workers open, from `hello` to the end. Never rejects. */
export function createSessionServer(modules: SessionServerModules, options: GatewayOptions) {
  const { clock, logger, sessions, refusals, admit } = modules

  return async function serve(stream: Stream, connection: Connection): Promise<void> {
    let session: WorkerSession | undefined
    const channel: SessionChannel = openChannel(stream, {
      inbound: sessionFromWorker,
      outbound: sessionFromCoordinator,
      clock,
      lingerMs: GOODBYE_LINGER_MS,
      onBytes: () => session?.touch(),
    })
    try {
      const profile = await readHello(channel)
      if (!profile) return
      const peer = PeerId.parse(connection.remotePeer.toString())
      const refusal = await admit(peer, profile)
      if (refusal) return await turnAway(channel, connection, refusal)
      // Not waited for: the old connection may be dead, and the new one is not to be held up by its goodbye.
      void sessions.get(peer)?.end('replaced', replaced)
      if (connection.status !== 'open') return
      session = open(channel, connection, peer, profile)
      await follow(channel, session)
    } catch (error) {
      const known = ReverieError.from(error)
      if (session?.over.aborted) return
      if (known.kind === 'user') refusals.note(connection, 'session', known)
      else logger.error('a worker session failed', { code: known.code, error: known.message })
      if (session) await session.end('violation', known.toObject())
      else await turnAway(channel, connection, known.toObject())
    } finally {
      await session?.end('closed')
    }
  }

  /** Undefined when the worker left first. */
  async function readHello(channel: SessionChannel): Promise<WorkerProfile | undefined> {
    using limit = deadline(clock, options.helloMs, noHello)
    const hello = await channel.receive({ signal: limit.signal })
    if (!hello) return undefined
    if (hello.type === 'hello') return hello.profile
    throw violation(`the first message of a session was ${hello.type}; it must be hello`)
  }

  function noHello() {
    return violation(`no hello came within ${options.helloMs} ms`)
  }

  function open(
    channel: SessionChannel,
    connection: Connection,
    peer: PeerId,
    profile: WorkerProfile,
  ): WorkerSession {
    const { heartbeatMs, silenceMs, software } = options
    const worker = { peer, profile, connectedAt: clock.now() }
    const session = createSession(
      { clock, channel, connection, worker, onEnd: sessions.remove },
      options,
    )
    // Sent before anyone hears of the worker: an offer must not overtake it.
    const welcome = { type: 'welcome', v: 1, software, heartbeatMs, silenceMs } as const
    channel.send(welcome, { signal: session.over }).catch(() => session.end('closed'))
    sessions.add(session)
    return session
  }

  async function follow(channel: SessionChannel, session: WorkerSession): Promise<void> {
    for await (const message of channel) {
      if (message.type === 'hello') throw violation('a second hello came on one session')
      if (message.type === 'profile') sessions.update(session, message.profile)
    }
  }

  async function turnAway(channel: SessionChannel, connection: Connection, error: ErrorObject) {
    const peer = connection.remotePeer.toString()
    logger.info('refused a worker', { peer, code: error.code })
    using limit = deadline(clock, GOODBYE_LINGER_MS, noHello)
    try {
      await channel.send({ type: 'refused', error: boundedError(error) }, { signal: limit.signal })
      await channel.close()
    } catch {
      // It did not read the answer; the connection closes all the same.
    }
    connection.abort(ReverieError.fromObject(error))
  }
}

const violation = (message: string) => new ReverieError('protocol_violation', message)
