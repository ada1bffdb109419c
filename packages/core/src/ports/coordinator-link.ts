import type { JobId, PeerId, Sha256 } from '../ids.ts'
import type { JobSpec } from '../job-spec.ts'
import type { WorkerProfile } from '../worker-profile.ts'
import type { Disposition, JobProgress, LeaseEnd, ResultSubmission } from './worker-gateway.ts'

export type LinkState = 'connecting' | 'connected' | 'refused' | 'closed'

/**
 * Takes a job that the coordinator leased to this worker. Resolves how it ended; never rejects. The signal aborts when the
 * coordinator cancels the job, and only then: a job survives a dropped link, and its result is delivered late.
 */
export type JobHandler = (
  spec: JobSpec,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: JobProgress) => void },
) => Promise<LeaseEnd>

/**
 * The worker's side of its coordinator: dials out, keeps the session alive, dials again with growing, jittered delays
 * when it breaks, and never asks for an open port.
 */
export interface CoordinatorLink {
  /** The coordinator's peer id once known. */
  readonly coordinator: PeerId | undefined
  state(): LinkState
  /** Returns the unsubscribe function. */
  onState(listener: (state: LinkState) => void): () => void
  onJob(handler: JobHandler): void
  /** Tells the coordinator what the worker can do now; sent again by itself after every reconnect. */
  announce(profile: WorkerProfile): void
  /**
   * Hands a result over and waits for the answer. @throws ReverieError `coordinator_unreachable` when there is no
   * session or the coordinator said "not now": keep the result and try again after the next `connected`.
   */
  deliver(submission: ResultSubmission): Promise<Disposition>
  /**
   * Fetches the file of an input picture of a job that this worker holds; its hash is checked.
   * @throws ReverieError `input_invalid` when the coordinator will not give it or what came is not it, the code of a
   * message error for an answer that is none; the signal's reason;
   * `coordinator_unreachable` when there is no session, no answer in time, or it cannot be given now
   */
  input(job: JobId, hash: Sha256, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>
  start(): void
  close(): Promise<void>
}
