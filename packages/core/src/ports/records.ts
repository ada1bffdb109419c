import type { ErrorCode } from '../errors/codes.ts'
import type { AccountId, JobId, PeerId, RenderId, Sha256 } from '../ids.ts'
import type { RenderParameters } from '../render-parameters.ts'
import type { Seed } from '../seed.ts'
import type { JobState } from '../states.ts'

export interface JobImage {
  /** SHA-256 of the stored file, receipt embedded: the image's address. */
  readonly hash: Sha256
  readonly bytes: number
  readonly width: number
  readonly height: number
}

export interface JobFailure {
  readonly code: ErrorCode
  readonly message: string
}

export interface WorkerName {
  readonly peer: PeerId
  readonly name: string
}

export interface JobRecord {
  readonly id: JobId
  readonly render: RenderId
  readonly account: AccountId
  /** 0-based place in its render. */
  readonly index: number
  readonly seed: Seed
  /** 16 random bytes, hex: see JobSpec. */
  readonly nonce: string
  readonly state: JobState
  /** Leases so far. */
  readonly attempt: number
  /** The worker that holds or completed it. */
  readonly worker: WorkerName | undefined
  /** Workers excluded from this job by their faults. */
  readonly excluded: readonly PeerId[]
  readonly image: JobImage | undefined
  readonly failure: JobFailure | undefined
  /** What its worker said about the picture: text of a stranger. */
  readonly notes: readonly string[]
  /** The safety model flagged the picture and the file is blank. */
  readonly flagged: boolean
  readonly createdAt: number
  readonly finishedAt: number | undefined
}

export interface RenderRecord {
  readonly id: RenderId
  readonly account: AccountId
  readonly parameters: RenderParameters
  readonly createdAt: number
  /** Ordered by index. */
  readonly jobs: readonly JobRecord[]
}

export interface NewRender {
  readonly id: RenderId
  readonly account: AccountId
  readonly parameters: RenderParameters
  readonly createdAt: number
  readonly jobs: readonly {
    readonly id: JobId
    readonly index: number
    readonly seed: Seed
    readonly nonce: string
  }[]
  /** Makes a retried POST safe: `fingerprint` is the hash of the request body. */
  readonly idempotency: { readonly key: string; readonly fingerprint: Sha256 } | undefined
}

export interface Completion {
  readonly worker: WorkerName
  readonly image: JobImage
  /** Canonical DAG-CBOR of the countersigned receipt. */
  readonly receipt: Uint8Array
  readonly notes: readonly string[]
  readonly flagged: boolean
  readonly at: number
}

/**
 * Renders and jobs: the truth. Every implementation: each method is one transaction; state changes are conditional on the
 * state machine of core, so of two racing callers one wins and the other is told. What artists and workers were told of
 * (create, complete, fail, cancel, faults) survives a crash and a power cut; a crash may forget the last leases and their
 * releases, never out of order: the job is then queued as if the worker had been lost.
 * @throws ReverieError `storage_unavailable` from any method when the database cannot answer.
 */
export interface RenderRecords {
  /**
   * Writes render and jobs. With an idempotency key that this account used before, nothing is written and the earlier
   * render is returned. @throws ReverieError `idempotency_conflict` when the fingerprint differs
   */
  create(render: NewRender): Promise<{ readonly render: RenderRecord; readonly created: boolean }>
  render(id: RenderId): Promise<RenderRecord | undefined>
  /** Newest first; `before` is the id to go on from. */
  list(
    account: AccountId,
    page: { readonly limit: number; readonly before?: RenderId },
  ): Promise<readonly RenderRecord[]>
  job(id: JobId): Promise<JobRecord | undefined>
  receipt(id: JobId): Promise<Uint8Array | undefined>
  /** queued -> leased by this worker, attempt + 1. Undefined when the job is not queued. */
  lease(id: JobId, worker: WorkerName, at: number): Promise<JobRecord | undefined>
  /** leased -> queued, only while `attempt` is current; with a fault, that worker is excluded from this job for good and the fault counted. False when nothing changed. */
  release(
    id: JobId,
    attempt: number,
    fault?: JobFailure & { readonly worker: PeerId },
  ): Promise<boolean>
  /** -> completed, exactly once ever, and counted for its worker. False when the job was already final. */
  complete(id: JobId, completion: Completion): Promise<boolean>
  /** -> failed. False when the job was already final. */
  fail(id: JobId, failure: JobFailure, at: number): Promise<boolean>
  /** Cancels what is still open of a render; returns the jobs that changed, as they were before. */
  cancel(id: RenderId, at: number): Promise<readonly JobRecord[]>
  /** Jobs that are queued or leased, oldest first: what the reconciler compares with the queue. */
  open(): Promise<readonly JobRecord[]>
}
