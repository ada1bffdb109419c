import type { PeerId } from '../ids.ts'

export interface WorkerRecord {
  readonly peer: PeerId
  readonly name: string
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly completed: number
  readonly faults: number
}

/** What a coordinator remembers of workers, connected or not. Jobs are counted as {@link RenderRecords} settles them. */
export interface WorkerRecords {
  seen(peer: PeerId, name: string, at: number): Promise<void>
  /** Most recently seen first. */
  list(limit: number): Promise<readonly WorkerRecord[]>
}
