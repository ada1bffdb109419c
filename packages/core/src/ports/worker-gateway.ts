import type { ErrorObject } from '../errors/reverie-error.ts'
import type { JobId, PeerId, Sha256 } from '../ids.ts'
import type { JobSpec } from '../job-spec.ts'
import type { WorkerProfile } from '../worker-profile.ts'

/** A worker whose session is open now. */
export interface ConnectedWorker {
  readonly peer: PeerId
  readonly profile: WorkerProfile
  readonly connectedAt: number
}

export type WorkerChange =
  | { readonly type: 'joined'; readonly worker: ConnectedWorker }
  | { readonly type: 'updated'; readonly worker: ConnectedWorker }
  | { readonly type: 'left'; readonly worker: ConnectedWorker }

export interface JobProgress {
  readonly step: number
  readonly of: number
  readonly etaMs: number | undefined
  /** JPEG, at most {@link MAX_PREVIEW_BYTES}; now and then. Hostile until it is shown as nothing but a picture. */
  readonly preview?: Uint8Array
}

/** How a lease ended on the worker's side. A result travels on its own, see {@link ResultSink}. */
export type LeaseEnd =
  /** The worker has the result and hands it to the sink. */
  | { readonly type: 'finished' }
  /** The worker tried and could not, or would not take it. */
  | { readonly type: 'fault'; readonly error: ErrorObject }
  /** We aborted it and the worker stopped. */
  | { readonly type: 'cancelled' }
  /** The connection closed or went silent. */
  | { readonly type: 'lost' }

/** A finished job as a worker hands it over. Hostile until inspected. */
export interface ResultSubmission {
  readonly spec: JobSpec
  /** The file as the worker made it, in the format that the job asks for. */
  readonly image: Uint8Array
  /** Canonical DAG-CBOR of the receipt, signed by the worker. */
  readonly receipt: Uint8Array
  /** Sentences for the artist, within {@link NOTE_LIMITS}. Nothing signs them. */
  readonly notes?: readonly string[]
  /** The safety model flagged the picture and the file is blank. */
  readonly flagged?: boolean
}

/** The answer to a submission; on either the worker may forget the result. */
export type Disposition =
  /** `receipt`: canonical DAG-CBOR, countersigned. */
  | { readonly type: 'accepted'; readonly receipt: Uint8Array }
  | { readonly type: 'refused'; readonly error: ErrorObject }

/** Takes results, in time or late. A rejected promise means "not now": the worker keeps the result and offers it again. */
export type ResultSink = (peer: PeerId, submission: ResultSubmission) => Promise<Disposition>

/**
 * Gives a worker the file of an input picture of a job that it holds. @throws ReverieError `input_invalid` when this peer
 * does not hold that job, or the job has no such input; `storage_unavailable`
 */
export type InputSource = (peer: PeerId, job: JobId, hash: Sha256) => Promise<Uint8Array>

/** The coordinator's side of its workers. */
export interface WorkerGateway {
  workers(): readonly ConnectedWorker[]
  /** Returns the unsubscribe function. */
  onChange(listener: (change: WorkerChange) => void): () => void
  /** Sets who takes results. Before it is set, workers are told "not now". */
  onResult(sink: ResultSink): void
  /** Sets who knows the input pictures of jobs. Before it is set, workers are told to ask later. */
  onInput(source: InputSource): void
  /**
   * Gives a job to a connected worker and follows it. Never rejects: every end is a {@link LeaseEnd}. Aborting the
   * signal tells the worker to stop between two model calls.
   */
  lease(
    peer: PeerId,
    spec: JobSpec,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: JobProgress) => void },
  ): Promise<LeaseEnd>
  /** Ends the session and the connection; `error` tells the worker why. */
  disconnect(peer: PeerId, error: ErrorObject): Promise<void>
}
