import type { Stream } from '@libp2p/interface'
import type { Clock, JobProgress, LeaseEnd, Logger } from '@reverie/core'
import { MAX_PREVIEW_BYTES, ReverieError } from '@reverie/core'
import {
  boundedError,
  type JobFromCoordinator,
  type JobFromWorker,
  jobFromCoordinator,
  jobFromWorker,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import { deadline } from '../timing/deadline.ts'
import type { JobOutlet, RunningJobs } from './running-jobs.ts'

interface JobServerModules {
  readonly clock: Clock
  readonly logger: Logger
  readonly jobs: RunningJobs
  /** Bytes of the coordinator arrived. */
  readonly touch: () => void
}

type JobChannel = Channel<JobFromCoordinator, JobFromWorker>

/** Serves the job streams that the coordinator opens. Never rejects. */
export function createJobServer(
  { clock, logger, jobs, touch }: JobServerModules,
  { helloMs }: { readonly helloMs: number },
) {
  return async function serve(stream: Stream): Promise<void> {
    const channel: JobChannel = openChannel(stream, {
      inbound: jobFromCoordinator,
      outbound: jobFromWorker,
      clock,
      onBytes: touch,
    })
    try {
      await converse(channel)
    } catch (error) {
      const known = ReverieError.from(error)
      logger.warn('ended a job stream', { code: known.code })
      logger.debug('why it was ended', { reason: known.message.slice(0, 200) })
      channel.abort(known)
    }
  }

  async function converse(channel: JobChannel): Promise<void> {
    const spec = await readOffer(channel)
    if (!spec) return channel.close()
    const job = startOrRefuse(spec)
    if ('error' in job) {
      await channel.send({ type: 'fault', error: boundedError(job.error.toObject()) })
      return channel.close()
    }
    await channel.send({ type: 'accepted' })
    const detach = job.running.attach(createOutlet(channel))
    try {
      for await (const message of channel) {
        if (message.type === 'offer') throw violation('a second offer came on one job stream')
        job.running.cancel()
      }
    } finally {
      detach()
    }
  }

  async function readOffer(channel: JobChannel) {
    const late = () => violation(`no offer came within ${helloMs} ms`)
    using limit = deadline(clock, helloMs, late)
    const message = await channel.receive({ signal: limit.signal })
    if (message?.type === 'cancel') throw violation('cancel came before an offer')
    return message?.spec
  }

  function startOrRefuse(spec: Parameters<RunningJobs['start']>[0]) {
    try {
      return { running: jobs.start(spec) }
    } catch (error) {
      return { error: ReverieError.from(error, 'worker_refused') }
    }
  }
}

/** Sends progress as fast as the stream takes it, leaving steps out when it is slower, and the end in any case. */
export function createOutlet(channel: Pick<JobChannel, 'send' | 'close'>): JobOutlet {
  let sending = false
  let ending = false
  let next: JobProgress | undefined
  let sent: JobProgress | undefined
  let end: LeaseEnd | undefined

  async function drain() {
    while (next && !end) {
      sent = next
      next = undefined
      await channel.send(progressMessage(sent))
    }
    if (!end) return
    ending = true
    await channel.send(lastWord(end))
    await channel.close()
  }
  function start() {
    if (sending || ending) return
    sending = true
    const onDrained = () => {
      sending = false
      // More may have come since the last look.
      if (next || end) start()
    }
    // What cannot be sent is not lost: the result travels on its own, and the coordinator leases the job again.
    drain().then(onDrained, onDrained)
  }

  return {
    progress(progress) {
      const last = next ?? sent
      const isBehind = last && (progress.of !== last.of || progress.step < last.step)
      if (isBehind || progress.step > progress.of) return
      // The same step again is news only where it brings a picture, which takes a moment longer than the step.
      if (progress.step === last?.step && progress.preview === undefined) return
      // A picture that has not left yet is still the newest there is.
      const preview = progress.preview ?? next?.preview
      next = preview === undefined ? progress : { ...progress, preview }
      start()
    },
    ended(ended) {
      end = ended
      start()
    },
  }
}

const progressMessage = ({ step, of, etaMs, preview }: JobProgress): JobFromWorker => ({
  type: 'progress',
  step,
  of,
  // DAG-CBOR has no word for infinity or NaN, which a guess may well be.
  ...(etaMs !== undefined && Number.isFinite(etaMs) ? { etaMs: Math.max(0, etaMs) } : {}),
  ...(preview !== undefined && preview.length <= MAX_PREVIEW_BYTES ? { preview } : {}),
})

function lastWord(end: LeaseEnd): JobFromWorker {
  switch (end.type) {
    case 'finished':
    case 'cancelled':
      return { type: end.type }
    case 'fault':
      return { type: 'fault', error: boundedError(end.error) }
    case 'lost':
      return {
        type: 'fault',
        error: { code: 'worker_lost', message: 'the worker lost the job', facts: {} },
      }
  }
}

const violation = (message: string) => new ReverieError('protocol_violation', message)
