import type {
  Clock,
  ConnectedWorker,
  Disposition,
  ErrorObject,
  InputSource,
  JobId,
  JobProgress,
  JobSpec,
  LeaseEnd,
  PeerId,
  ResultSink,
  ResultSubmission,
  Sha256,
  WorkerChange,
  WorkerGateway,
  WorkerProfile,
} from '@reverie/core'
import { ReverieError, systemClock } from '@reverie/core'
import { buildPeerId } from '../builders/ids.ts'
import { buildWorkerProfile } from '../builders/worker-profile.ts'
import { createFakeLease, type FakeLease } from './fake-lease.ts'

/** A worker as the test scripts it. */
export interface FakeWorker {
  readonly peer: PeerId
  /** Every lease it ever got, oldest first. */
  readonly leases: readonly FakeLease[]
  /** The next lease nobody has taken from here yet; waits for it. */
  nextLease(): Promise<FakeLease>
  /** Announces a changed profile. */
  update(changes: Partial<WorkerProfile>): void
  /** Hands a result to the coordinator, in time or late, connected or not. Rejects on "not now". */
  submit(submission: ResultSubmission): Promise<Disposition>
  /** Fetches an input picture of a job. Rejects as {@link CoordinatorLink.input} does. */
  input(job: JobId, hash: Sha256): Promise<Uint8Array>
  /** Closes the connection: its leases end as `lost`. */
  leave(): void
}

export interface JoinOptions {
  /** A fresh one by default; give the same one to come back. */
  readonly peer?: PeerId
  readonly profile?: Partial<WorkerProfile>
  /** Called with each lease as it arrives: the worker's script. */
  readonly onLease?: (lease: FakeLease, worker: FakeWorker) => void
}

/** A {@link WorkerGateway} whose workers are scripted. */
export interface FakeGateway extends WorkerGateway {
  join(options?: JoinOptions): FakeWorker
  /** Whom the coordinator threw out, and why. */
  readonly disconnected: readonly { readonly peer: PeerId; readonly error: ErrorObject }[]
}

export interface FakeGatewayOptions {
  readonly clock?: Clock
  /** Milliseconds of silence after which a lease is lost. */
  readonly silenceMs?: number
}

interface Session {
  worker: ConnectedWorker
  readonly receive: (lease: FakeLease) => void
  readonly leases: FakeLease[]
}

export function createFakeGateway(options: FakeGatewayOptions = {}): FakeGateway {
  const { clock = systemClock, silenceMs = 10_000 } = options
  const sessions = new Map<PeerId, Session>()
  const listeners = new Set<(change: WorkerChange) => void>()
  const disconnected: { peer: PeerId; error: ErrorObject }[] = []
  let sink: ResultSink | undefined
  let source: InputSource | undefined
  let joined = 0

  const announce = (change: WorkerChange) => {
    for (const listener of [...listeners]) listener(change)
  }
  const leave = (peer: PeerId, session: Session) => {
    if (sessions.get(peer) !== session) return
    sessions.delete(peer)
    for (const lease of session.leases) lease.lose()
    announce({ type: 'left', worker: session.worker })
  }
  const submit = async (peer: PeerId, submission: ResultSubmission) => {
    if (sink) return sink(peer, submission)
    throw new ReverieError(
      'coordinator_unreachable',
      'the coordinator takes no results yet; keep it and try again',
    )
  }

  const fetchInput = async (peer: PeerId, job: JobId, hash: Sha256) => {
    if (source) return source(peer, job, hash)
    throw new ReverieError(
      'coordinator_unreachable',
      'the coordinator gives no inputs yet; try again',
    )
  }

  const join = ({ peer = buildPeerId(++joined), profile, onLease }: JoinOptions = {}) => {
    const earlier = sessions.get(peer)
    if (earlier) leave(peer, earlier)
    const leases: FakeLease[] = []
    const untaken: FakeLease[] = []
    const takers: ((lease: FakeLease) => void)[] = []
    const receive = (lease: FakeLease) => {
      leases.push(lease)
      onLease?.(lease, worker)
      const taker = takers.shift()
      if (taker) taker(lease)
      else untaken.push(lease)
    }
    const connected = { peer, profile: buildWorkerProfile(profile), connectedAt: clock.now() }
    const session: Session = { worker: connected, receive, leases }
    const worker: FakeWorker = {
      peer,
      leases,
      nextLease() {
        const lease = untaken.shift()
        return lease ? Promise.resolve(lease) : new Promise((resolve) => takers.push(resolve))
      },
      update(changes) {
        session.worker = {
          ...session.worker,
          profile: buildWorkerProfile({ ...session.worker.profile, ...changes }),
        }
        announce({ type: 'updated', worker: session.worker })
      },
      submit: (submission) => submit(peer, submission),
      input: (job, hash) => fetchInput(peer, job, hash),
      leave: () => leave(peer, session),
    }
    sessions.set(peer, session)
    announce({ type: 'joined', worker: connected })
    return worker
  }

  return {
    join,
    disconnected,
    workers: () => [...sessions.values()].map((session) => session.worker),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onResult: (taker) => {
      sink = taker
    },
    onInput: (giver) => {
      source = giver
    },
    async lease(
      peer: PeerId,
      spec: JobSpec,
      {
        signal,
        onProgress,
      }: {
        readonly signal: AbortSignal
        readonly onProgress: (progress: JobProgress) => void
      },
    ): Promise<LeaseEnd> {
      const session = sessions.get(peer)
      if (!session) return { type: 'lost' }
      const lease = createFakeLease(spec, { clock, silenceMs, signal, onProgress })
      session.receive(lease)
      return lease.ended
    },
    async disconnect(peer, error) {
      disconnected.push({ peer, error })
      const session = sessions.get(peer)
      if (session) leave(peer, session)
    },
  }
}
