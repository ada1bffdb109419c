import type { Connection, Stream } from '@libp2p/interface'
import type { Clock, Disposition, Logger, ResultSink } from '@reverie/core'
import { ReverieError } from '@reverie/core'
import {
  boundedError,
  type ResultFromCoordinator,
  type ResultFromWorker,
  resultFromCoordinator,
  resultFromWorker,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import type { NetworkMetrics } from '../metrics.ts'
import { deadline } from '../timing/deadline.ts'
import type { GatewayOptions } from './options.ts'
import type { Refusals } from './refusals.ts'
import type { WorkerSession } from './session.ts'
import type { Sessions } from './sessions.ts'

export interface ResultServerModules {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: NetworkMetrics
  readonly sessions: Sessions
  readonly refusals: Refusals
  /** Undefined while nobody takes results. */
  readonly sink: () => ResultSink | undefined
}

type ResultChannel = Channel<ResultFromWorker, ResultFromCoordinator>
const LATER = { type: 'later' } as const

/** Takes results that workers deliver, one stream each. Never rejects. */
export function createResultServer(modules: ResultServerModules, options: GatewayOptions) {
  const { clock, logger, metrics, sessions, refusals, sink } = modules
  /** Bytes of unfinished results, all workers together. */
  let buffered = 0

  return async function serve(stream: Stream, connection: Connection): Promise<void> {
    const session = sessions.on(connection)
    let received = 0
    const channel: ResultChannel = openChannel(stream, {
      inbound: resultFromWorker,
      outbound: resultFromCoordinator,
      clock,
      onBytes(count) {
        session?.touch()
        received += count
        buffered += count
        metrics.resultBytes.inc({}, count)
      },
    })
    try {
      await answer(channel, session ? await take(channel, session) : LATER)
    } catch (error) {
      if (session?.over.aborted || connection.status !== 'open') return
      const known = ReverieError.from(error)
      if (known.kind === 'user') {
        refusals.note(connection, 'result', known)
        await answer(channel, { type: 'refused', error: known.toObject() })
      } else {
        // Our fault, not the worker's: it keeps the result.
        logger.error('a result could not be read', { code: known.code, error: known.message })
        await answer(channel, LATER)
      }
    } finally {
      buffered -= received
    }
  }

  /** Undefined when the worker left first. */
  async function take(
    channel: ResultChannel,
    session: WorkerSession,
  ): Promise<ResultFromCoordinator | undefined> {
    const header = await readHeader(channel, session)
    if (!header) return undefined
    const taker = sink()
    if (!taker || buffered > options.resultBufferBytes) return LATER
    const image = await readImage(channel, session, header.imageBytes)
    if (!image) return undefined
    try {
      const { spec, receipt, notes, flagged } = header
      return await taker(session.worker.peer, {
        spec,
        image,
        receipt,
        ...(notes === undefined ? {} : { notes }),
        ...(flagged === undefined ? {} : { flagged }),
      })
    } catch (error) {
      logger.warn('a result could not be taken now', { error: String(error) })
      return LATER
    }
  }

  async function readHeader(channel: ResultChannel, { over }: WorkerSession) {
    using limit = deadline(clock, options.helloMs, () => tooSlow(options.helloMs), over)
    return await channel.receive({ signal: limit.signal })
  }

  async function readImage(channel: ResultChannel, { over }: WorkerSession, imageBytes: number) {
    const patienceMs = options.resultMs + (imageBytes / options.resultBytesPerSecond) * 1_000
    using limit = deadline(clock, patienceMs, () => tooSlow(patienceMs), over)
    return await channel.receiveBytes(imageBytes, { signal: limit.signal })
  }

  async function answer(
    channel: ResultChannel,
    message: ResultFromCoordinator | Disposition | undefined,
  ): Promise<void> {
    if (!message) return channel.close()
    metrics.results.inc({ answer: message.type })
    using limit = deadline(clock, options.helloMs, () => tooSlow(options.helloMs))
    try {
      const bounded =
        message.type === 'refused' ? { ...message, error: boundedError(message.error) } : message
      await channel.send(bounded, { signal: limit.signal })
      await channel.close()
    } catch (error) {
      channel.abort(ReverieError.from(error))
    }
  }
}

const tooSlow = (ms: number) =>
  new ReverieError('protocol_violation', `the result did not arrive within ${Math.round(ms)} ms`)
