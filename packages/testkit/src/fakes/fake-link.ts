import type {
  CoordinatorLink,
  Disposition,
  JobHandler,
  JobId,
  JobProgress,
  JobSpec,
  LeaseEnd,
  LinkState,
  PeerId,
  ResultSubmission,
  Sha256,
  WorkerProfile,
} from '@reverie/core'
import { ReverieError } from '@reverie/core'
import { buildPeerId } from '../builders/ids.ts'

/** A job as the scripted coordinator gave it. */
export interface GivenJob {
  /** How the worker said it ended. */
  readonly end: Promise<LeaseEnd>
  /** What the worker reported so far. */
  readonly progress: readonly JobProgress[]
  /** Asks the worker to stop, as an artist's cancel does. */
  cancel(): void
}

/** A {@link CoordinatorLink} whose coordinator is scripted. */
export interface FakeLink extends CoordinatorLink {
  /** The coordinator answers: the state becomes `connected`. */
  connect(): void
  /** The connection breaks: the state becomes `connecting`, jobs under way go on. */
  drop(): void
  /** The coordinator will not have this worker. */
  refuse(): void
  /** Leases a job to the worker. @throws Error when no handler is set or the link is not connected */
  give(spec: JobSpec): GivenJob
  /** Decides the answer to results; throwing means "not now". By default each is accepted and its receipt comes back as it was. */
  answerWith(answer: (submission: ResultSubmission) => Disposition | Promise<Disposition>): void
  /** Files of input pictures that the coordinator has; others are refused with `input_invalid`. */
  readonly inputs: Map<Sha256, Uint8Array>
  /** Input pictures that were asked for, in order. */
  readonly asked: readonly { readonly job: JobId; readonly hash: Sha256 }[]
  /** Profiles announced, in order. */
  readonly announced: readonly WorkerProfile[]
  /** Results that reached the coordinator, in order, whatever the answer. */
  readonly delivered: readonly ResultSubmission[]
}

export function createFakeLink(peer: PeerId = buildPeerId(9_999)): FakeLink {
  const listeners = new Set<(state: LinkState) => void>()
  const announced: WorkerProfile[] = []
  const delivered: ResultSubmission[] = []
  const inputs = new Map<Sha256, Uint8Array>()
  const asked: { job: JobId; hash: Sha256 }[] = []
  let state: LinkState = 'connecting'
  let known: PeerId | undefined
  let handler: JobHandler | undefined
  let answer: Parameters<FakeLink['answerWith']>[0] = ({ receipt }) => ({
    type: 'accepted',
    receipt,
  })

  const enter = (next: LinkState) => {
    if (state === next || state === 'closed') return
    state = next
    for (const listener of [...listeners]) listener(next)
  }
  const requireConnected = () => {
    if (state === 'connected') return
    throw new ReverieError(
      'coordinator_unreachable',
      `the link is ${state}; keep the result until it is connected`,
    )
  }

  return {
    announced,
    delivered,
    inputs,
    asked,
    get coordinator() {
      return known
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onJob: (taker) => {
      handler = taker
    },
    announce: (profile) => void announced.push(profile),
    async deliver(submission) {
      requireConnected()
      delivered.push(submission)
      try {
        return await answer(submission)
      } catch (cause) {
        throw new ReverieError(
          'coordinator_unreachable',
          'the coordinator said "not now"; keep the result and try again',
          {},
          { cause },
        )
      }
    },
    async input(job, hash, { signal } = {}) {
      requireConnected()
      signal?.throwIfAborted()
      asked.push({ job, hash })
      const bytes = inputs.get(hash)
      if (bytes) return bytes
      throw new ReverieError('input_invalid', `the coordinator has no input ${hash} of this job`)
    },
    start() {},
    async close() {
      enter('closed')
    },
    connect() {
      known = peer
      enter('connected')
    },
    drop: () => enter('connecting'),
    refuse: () => enter('refused'),
    give(spec) {
      requireConnected()
      if (!handler) throw new Error('no job handler is set; call onJob first')
      const controller = new AbortController()
      const progress: JobProgress[] = []
      const end = handler(spec, {
        signal: controller.signal,
        onProgress: (each) => void progress.push(each),
      })
      return { end, progress, cancel: () => controller.abort() }
    },
    answerWith: (next) => {
      answer = next
    },
  }
}
