import type { Clock, ErrorObject, JobProgress, JobSpec, LeaseEnd } from '@reverie/core'

/** A job in the hands of a scripted worker. After one end, the others do nothing. */
export interface FakeLease {
  readonly spec: JobSpec
  /** Aborted when the coordinator wants it stopped; unless silent, the lease then ends as `cancelled`. */
  readonly signal: AbortSignal
  /** How it ended, once it has. */
  readonly ended: Promise<LeaseEnd>
  isOpen(): boolean
  progress(progress: JobProgress): void
  /** The worker has its result. The result itself travels by {@link FakeWorker.submit}. */
  finish(): void
  fault(error: ErrorObject): void
  /** The connection breaks for this job only. */
  lose(): void
  /** Says nothing more, not even to a cancel; the coordinator gives it up as `lost` after `silenceMs`. */
  silent(): void
}

export interface FakeLeaseOptions {
  readonly clock: Clock
  readonly silenceMs: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

export function createFakeLease(spec: JobSpec, options: FakeLeaseOptions): FakeLease {
  const { clock, silenceMs, signal, onProgress } = options
  const { promise, resolve } = Promise.withResolvers<LeaseEnd>()
  let state: 'open' | 'silent' | 'ended' = 'open'

  const end = (how: LeaseEnd) => {
    if (state !== 'open') return
    state = 'ended'
    resolve(how)
  }
  const giveUp = () => {
    if (state === 'ended') return
    state = 'ended'
    resolve({ type: 'lost' })
  }
  const onAbort = () => end({ type: 'cancelled' })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()

  return {
    spec,
    signal,
    ended: promise,
    isOpen: () => state !== 'ended',
    progress(progress) {
      if (state === 'open') onProgress(progress)
    },
    finish: () => end({ type: 'finished' }),
    fault: (error) => end({ type: 'fault', error }),
    lose: giveUp,
    silent() {
      if (state !== 'open') return
      state = 'silent'
      clock.after(silenceMs, giveUp)
    },
  }
}
