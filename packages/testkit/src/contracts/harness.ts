import type {
  AccountRecords,
  BlobStore,
  InputRecords,
  JobQueue,
  RenderRecords,
  WorkerRecords,
} from '@reverie/core'

/** What a suite needs of records: empty ones for each test. */
export interface RecordsHarness {
  readonly renders: RenderRecords
  readonly accounts: AccountRecords
  readonly workers: WorkerRecords
  readonly inputs: InputRecords
  close(): Promise<void>
}

/** What the suite needs of a blob store: an empty one for each test. */
export interface BlobStoreHarness {
  readonly blobs: BlobStore
  close(): Promise<void>
}

/** What the suite needs of a queue: an empty one for each test, that several processes can open. */
export interface JobQueueHarness {
  /** Opens the queue as another process does: the same entries, claims of its own. */
  open(): Promise<JobQueue>
  /** Kills the process of an opened queue: nothing of it runs on, nothing is given back. */
  crash(queue: JobQueue): Promise<void>
  /** Where time is held still, moves it past the expiry of claims; resolves at once where it runs by itself. */
  passClaimTime(): Promise<void>
  /** Closes every queue that was opened and not crashed. */
  close(): Promise<void>
}

/** How long a suite waits for what must happen soon: several times what the slowest adapter needs. */
export const SOON = { timeout: 10_000, interval: 10 } as const
