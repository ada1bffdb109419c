import type { Connection, Stream } from '@libp2p/interface'
import {
  type Clock,
  type CoordinatorLink,
  type JobHandler,
  type LinkState,
  type Logger,
  type PeerId,
  ReverieError,
  type WorkerProfile,
} from '@reverie/core'
import { PROTOCOL_IDS } from '@reverie/protocol'
import type { NetworkNode } from '../node/node.ts'
import { deadline, onAbort, pause } from '../timing/deadline.ts'
import { type ActiveSession, followSession } from './active-session.ts'
import { deliverResult } from './deliver.ts'
import { fetchInput } from './fetch-input.ts'
import { createJobServer } from './job-server.ts'
import { dial, greet, parseCoordinatorAddress } from './open-session.ts'
import { compileLinkOptions, type LinkOptions } from './options.ts'
import { type AttemptOutcome, decideRetry } from './retry-policy.ts'
import { createRunningJobs } from './running-jobs.ts'

export interface CoordinatorLinkModules {
  readonly node: NetworkNode
  readonly logger: Logger
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random?: () => number
}

/** Job streams of one connection: a worker has at most 64 slots, and a stream outlives its job by a moment. */
const MAX_JOB_STREAMS = 128
/** Characters of the coordinator's text in a log line. */
const MAX_LOGGED_CHARS = 200

/**
 * A worker's link to its coordinator; one per node. It connects once it was started and has a profile to announce. Jobs
 * go on when it breaks: their signal fires only when the coordinator cancels them.
 * @throws ReverieError `invalid_option` for an address that is no multiaddr
 */
export function createCoordinatorLink(
  { node, logger, clock, random = Math.random }: CoordinatorLinkModules,
  linkOptions: LinkOptions,
): CoordinatorLink {
  const { libp2p } = node
  const options = compileLinkOptions(linkOptions)
  const address = parseCoordinatorAddress(options.coordinator)
  const stop = new AbortController()
  const listeners = new Set<(state: LinkState) => void>()
  const announced = Promise.withResolvers<void>()
  let state: LinkState = 'connecting'
  let handler: JobHandler | undefined
  let profile: WorkerProfile | undefined
  let coordinator: PeerId | undefined
  let connection: Connection | undefined
  let session: ActiveSession | undefined
  let running: Promise<void> | undefined

  const jobs = createRunningJobs({ logger }, () => handler)
  const touch = () => session?.touch()
  const serveJob = createJobServer({ clock, logger, jobs, touch }, options)

  function enter(next: LinkState) {
    if (state === next || state === 'closed') return
    state = next
    for (const listener of [...listeners]) {
      try {
        listener(next)
      } catch (error) {
        logger.error('a listener of link states threw', { error: String(error) })
      }
    }
  }

  function openSession(otherwise: string): ActiveSession {
    if (session && !session.over.aborted) return session
    throw new ReverieError('coordinator_unreachable', `the link is ${state}; ${otherwise}`)
  }

  async function onJobStream(stream: Stream, from: Connection): Promise<void> {
    if (from === connection) return serveJob(stream)
    stream.abort(new Error('jobs are taken from the coordinator only'))
  }

  async function run(): Promise<void> {
    await libp2p.handle([...PROTOCOL_IDS.job], onJobStream, { maxInboundStreams: MAX_JOB_STREAMS })
    await announced.promise
    let failures = 0
    while (!stop.signal.aborted) {
      const outcome = await attempt()
      if (stop.signal.aborted) return
      const decision = decideRetry(outcome, failures, options, random)
      if (decision.type === 'give up') return enter('refused')
      enter('connecting')
      logger.info('trying the coordinator again', { delayMs: decision.delayMs })
      failures = decision.failures
      await pause(clock, decision.delayMs, stop.signal)
    }
  }

  async function attempt(): Promise<AttemptOutcome> {
    try {
      const greeting = await connect()
      if (greeting.type === 'refused') {
        logger.warn('the coordinator refused this worker', { code: greeting.error.code })
        return { type: 'dismissed', error: greeting.error }
      }
      session = followSession({ clock, connection: greeting.connection }, greeting.welcome)
      coordinator = greeting.welcome.coordinator
      const unlink = onAbort(stop.signal, session.leave)
      if (profile && profile !== greeting.profile) session.announce(profile)
      if (!session.over.aborted) enter('connected')
      const { livedMs, error } = await session.ended
      unlink()
      if (error) {
        logger.warn('the coordinator ended the session', { code: error.code })
        logger.debug('why it did', { reason: error.message.slice(0, MAX_LOGGED_CHARS) })
        return { type: 'dismissed', error }
      }
      return { type: 'lost', livedMs }
    } catch (error) {
      const { code, message } = ReverieError.from(error, 'coordinator_unreachable')
      // The address is the volunteer's own setting, so it may be named.
      logger.warn('no coordinator answers: is it up, and is this the address that workers join?', {
        code,
        join: options.coordinator,
      })
      logger.debug('why not', { reason: message.slice(0, MAX_LOGGED_CHARS) })
      return { type: 'unreachable' }
    } finally {
      // A session closes its connection itself, in its own way.
      if (!session) connection?.abort(new Error('no session came about on this connection'))
      connection = undefined
      session = undefined
    }
  }

  async function connect() {
    const tooLong = () =>
      new ReverieError('coordinator_unreachable', `no connection within ${node.limits.dialMs} ms`)
    {
      using limit = deadline(clock, node.limits.dialMs, tooLong, stop.signal)
      connection = await dial(libp2p, address, limit.signal)
    }
    if (!profile) throw new ReverieError('internal', 'a link connected before it had a profile')
    const request = { connection, profile, helloMs: options.helloMs }
    const greeting = await greet({ clock, touch }, request, stop.signal)
    return { ...greeting, connection, profile: request.profile }
  }

  return {
    get coordinator() {
      return coordinator
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onJob(taker) {
      handler = taker
    },
    announce(next) {
      profile = next
      session?.announce(next)
      announced.resolve()
    },
    async deliver(submission) {
      const open = openSession('keep the result and offer it again once it is connected')
      return deliverResult({ clock, ...open }, options, submission)
    },
    async input(job, hash, { signal } = {}) {
      const open = openSession('the job is given out again')
      return fetchInput({ clock, ...open }, options, { job, hash, signal })
    },
    start() {
      if (stop.signal.aborted) return
      running ??= run().catch((error: unknown) => {
        logger.error('the link to the coordinator failed', { error: String(error) })
      })
    },
    async close() {
      stop.abort(new Error('the link is closed'))
      enter('closed')
      announced.resolve()
      await running
      await libp2p.unhandle([...PROTOCOL_IDS.job])
    },
  }
}
