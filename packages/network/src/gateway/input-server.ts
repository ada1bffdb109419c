import type { Connection, Stream } from '@libp2p/interface'
import {
  type Clock,
  type InputSource,
  type Logger,
  MAX_INPUT_BYTES,
  ReverieError,
} from '@reverie/core'
import {
  boundedError,
  type InputFromCoordinator,
  type InputFromWorker,
  inputFromCoordinator,
  inputFromWorker,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import type { NetworkMetrics } from '../metrics.ts'
import { deadline } from '../timing/deadline.ts'
import { createTurns } from '../timing/turns.ts'
import type { GatewayOptions } from './options.ts'
import type { Refusals } from './refusals.ts'
import type { WorkerSession } from './session.ts'
import type { Sessions } from './sessions.ts'

interface InputServerModules {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: NetworkMetrics
  readonly sessions: Sessions
  readonly refusals: Refusals
  /** Undefined while nobody knows the inputs of jobs. */
  readonly source: () => InputSource | undefined
}

type InputChannel = Channel<InputFromWorker, InputFromCoordinator>
type Fetch = Extract<InputFromWorker, { type: 'fetch' }>

/** Gives workers the input pictures of jobs that they hold, one stream each. Never rejects. */
export function createInputServer(modules: InputServerModules, options: GatewayOptions) {
  const { clock, logger, metrics, sessions, refusals, source } = modules
  /** A file is in memory while it is sent, and a worker may read as slowly as it likes. */
  const turns = createTurns(options.inputsAtOnce)

  return async function serve(stream: Stream, connection: Connection): Promise<void> {
    const session = sessions.on(connection)
    const channel: InputChannel = openChannel(stream, {
      inbound: inputFromWorker,
      outbound: inputFromCoordinator,
      clock,
      onBytes: () => session?.touch(),
    })
    try {
      if (session) await give(channel, session)
      else await answer(channel, { type: 'later' })
      await channel.close()
    } catch (error) {
      const known = ReverieError.from(error)
      channel.abort(known)
      if (session?.over.aborted || connection.status !== 'open') return
      if (known.kind === 'user') refusals.note(connection, 'input', known)
      else logger.error('an input was not given', { code: known.code, error: known.message })
    }
  }

  async function give(channel: InputChannel, session: WorkerSession): Promise<void> {
    const wanted = await readFetch(channel, session)
    if (!wanted) return
    using limit = deadline(clock, options.resultMs, () => tooSlow(options.resultMs), session.over)
    const giveBack = await turns.take(limit.signal)
    try {
      const found = await find(wanted, session)
      if (!(found instanceof Uint8Array)) return await answer(channel, found)
      await answer(channel, { type: 'input', bytes: found.length })
      await sendFile(channel, session, found)
    } finally {
      giveBack()
    }
  }

  async function readFetch(channel: InputChannel, { over }: WorkerSession) {
    using limit = deadline(clock, options.helloMs, () => tooSlow(options.helloMs), over)
    return await channel.receive({ signal: limit.signal })
  }

  /** The file, or what to answer in its place. */
  async function find(
    { job, hash }: Fetch,
    { worker }: WorkerSession,
  ): Promise<Uint8Array | InputFromCoordinator> {
    try {
      const bytes = await source()?.(worker.peer, job, hash)
      if (bytes === undefined) return { type: 'later' }
      if (bytes.length > 0 && bytes.length <= MAX_INPUT_BYTES) return bytes
      throw new ReverieError(
        'internal',
        `input ${hash} has ${bytes.length} bytes; none can be sent`,
      )
    } catch (error) {
      const known = ReverieError.from(error)
      if (known.kind === 'user') return { type: 'refused', error: boundedError(known.toObject()) }
      logger.warn('an input could not be read', { job, code: known.code, error: known.message })
      return { type: 'later' }
    }
  }

  async function sendFile(channel: InputChannel, { over }: WorkerSession, file: Uint8Array) {
    const patienceMs = options.resultMs + (file.length / options.resultBytesPerSecond) * 1_000
    using limit = deadline(clock, patienceMs, () => tooSlow(patienceMs), over)
    if (await channel.sendBytes(file, { signal: limit.signal })) {
      metrics.inputBytes.inc({}, file.length)
    }
  }

  async function answer(channel: InputChannel, message: InputFromCoordinator): Promise<void> {
    metrics.inputs.inc({ answer: message.type })
    using limit = deadline(clock, options.helloMs, () => tooSlow(options.helloMs))
    await channel.send(message, { signal: limit.signal })
  }
}

const tooSlow = (ms: number) =>
  new ReverieError('protocol_violation', `an input was not taken within ${Math.round(ms)} ms`)
