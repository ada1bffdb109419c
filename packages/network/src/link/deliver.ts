import type { Connection } from '@libp2p/interface'
import {
  type Clock,
  type Disposition,
  MAX_IMAGE_BYTES,
  type ResultSubmission,
  ReverieError,
} from '@reverie/core'
import {
  PROTOCOL_IDS,
  type ResultFromCoordinator,
  type ResultFromWorker,
  resultFromCoordinator,
  resultFromWorker,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import { deadline, onAbort } from '../timing/deadline.ts'

export interface DeliverModules {
  readonly clock: Clock
  readonly connection: Connection
  /** Fires when the session is over. */
  readonly over: AbortSignal
  readonly touch: () => void
}

/**
 * Delivers a result on a stream of its own.
 * @throws ReverieError `coordinator_unreachable` when no answer came or it was "not now"; `message_too_large` for an image
 * that no coordinator takes
 */
export async function deliverResult(
  { clock, connection, over, touch }: DeliverModules,
  { answerMs }: { readonly answerMs: number },
  { spec, image, receipt, notes, flagged }: ResultSubmission,
): Promise<Disposition> {
  if (image.length > MAX_IMAGE_BYTES) throw tooLarge(image.length)
  try {
    const stream = await connection.newStream([...PROTOCOL_IDS.result], { signal: over })
    const channel: Channel<ResultFromCoordinator, ResultFromWorker> = openChannel(stream, {
      inbound: resultFromCoordinator,
      outbound: resultFromWorker,
      clock,
      onBytes: touch,
    })
    try {
      const header: ResultFromWorker = {
        type: 'result',
        v: 1,
        spec,
        receipt,
        imageBytes: image.length,
        ...(notes === undefined ? {} : { notes: [...notes] }),
        ...(flagged === undefined ? {} : { flagged }),
      }
      await channel.send(header, { signal: over })
      const answer = await exchange(channel, image)
      if (!answer) throw notNow('it closed the stream without an answer')
      if (answer.type === 'later') throw notNow('it said "not now"')
      return answer
    } finally {
      void channel.close()
    }
  } catch (error) {
    if (error instanceof ReverieError) throw error
    throw notNow((error as Error).message, error)
  }

  /** Sends the image while listening: an answer before its end makes the rest pointless. */
  async function exchange(
    channel: Channel<ResultFromCoordinator, ResultFromWorker>,
    bytes: Uint8Array,
  ) {
    const sending = new AbortController()
    const stopSending = () => sending.abort(new Error('the rest is not wanted'))
    const answer = channel.receive({ signal: over })
    answer.then(stopSending, stopSending)
    await channel.sendBytes(bytes, { signal: sending.signal }).catch(() => {
      // Stopped by the answer or by the session's end; either is what the answer tells.
    })
    using patience = deadline(clock, answerMs, () => notNow(`no answer within ${answerMs} ms`))
    const { signal } = patience
    const late = new Promise<never>((_, reject) => {
      onAbort(signal, () => reject(signal.reason))
    })
    return await Promise.race([answer, late])
  }
}

const notNow = (why: string, cause?: unknown) =>
  new ReverieError(
    'coordinator_unreachable',
    `the coordinator did not take the result: ${why}; keep it and offer it again`,
    {},
    { cause },
  )

const tooLarge = (bytes: number) =>
  new ReverieError(
    'message_too_large',
    `the image has ${bytes} bytes; a coordinator takes at most ${MAX_IMAGE_BYTES}`,
    { bytes, maxBytes: MAX_IMAGE_BYTES },
  )
