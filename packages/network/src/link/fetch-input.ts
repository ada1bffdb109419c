import { createHash } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { type Clock, type JobId, ReverieError, type Sha256 } from '@reverie/core'
import {
  type InputFromCoordinator,
  type InputFromWorker,
  inputFromCoordinator,
  inputFromWorker,
  PROTOCOL_IDS,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import { deadline } from '../timing/deadline.ts'

export interface FetchModules {
  readonly clock: Clock
  readonly connection: Connection
  /** Fires when the session is over. */
  readonly over: AbortSignal
  readonly touch: () => void
}

export interface WantedInput {
  readonly job: JobId
  readonly hash: Sha256
  readonly signal: AbortSignal | undefined
}

/**
 * Fetches an input picture on a stream of its own and checks its hash.
 * @throws ReverieError as {@link CoordinatorLink.input}
 */
export async function fetchInput(
  { clock, connection, over, touch }: FetchModules,
  { answerMs, inputMs }: { readonly answerMs: number; readonly inputMs: number },
  { job, hash, signal }: WantedInput,
): Promise<Uint8Array> {
  using whole = deadline(clock, answerMs + inputMs, tooSlow, over, signal)
  try {
    const stream = await connection.newStream([...PROTOCOL_IDS.input], { signal: whole.signal })
    const channel: Channel<InputFromCoordinator, InputFromWorker> = openChannel(stream, {
      inbound: inputFromCoordinator,
      outbound: inputFromWorker,
      clock,
      onBytes: touch,
    })
    try {
      const file = await exchange(channel)
      void channel.close()
      return file
    } catch (error) {
      channel.abort(ReverieError.from(error))
      throw error
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ReverieError) throw error
    throw notNow((error as Error).message, error)
  }

  async function exchange(
    channel: Channel<InputFromCoordinator, InputFromWorker>,
  ): Promise<Uint8Array> {
    await channel.send({ type: 'fetch', v: 1, job, hash }, { signal: whole.signal })
    const answer = await readAnswer(channel)
    if (!answer) throw notNow('it closed the stream without an answer')
    if (answer.type === 'later') throw notNow('it said "not now"')
    if (answer.type === 'refused') throw ReverieError.fromObject(answer.error)
    const file = await channel.receiveBytes(answer.bytes, { signal: whole.signal })
    if (!file) throw notNow('it ended before the file did')
    const found = createHash('sha256').update(file).digest('hex')
    if (found === hash) return file
    throw new ReverieError(
      'input_invalid',
      `the coordinator sent another file for input ${hash}: its SHA-256 is ${found}`,
      { hash },
    )
  }

  async function readAnswer(channel: Channel<InputFromCoordinator, InputFromWorker>) {
    using limit = deadline(clock, answerMs, tooSlow, whole.signal)
    return await channel.receive({ signal: limit.signal })
  }

  function tooSlow() {
    return notNow(`it did not arrive within ${answerMs + inputMs} ms`)
  }
}

const notNow = (why: string, cause?: unknown) =>
  new ReverieError(
    'coordinator_unreachable',
    `the coordinator did not give an input picture: ${why}`,
    {},
    { cause },
  )
