import type { Completion, WorkerName } from '@reverie/core'
import { buildPeerId, buildSha256 } from './ids.ts'

/** A worker as records name it, repeatable by number. */
export const buildWorkerName = (number: number = 1): WorkerName => ({
  peer: buildPeerId(number),
  name: `worker ${number}`,
})

/** What completes a job; `changes` replace fields. */
export const buildCompletion = (changes: Partial<Completion> = {}): Completion => ({
  worker: buildWorkerName(),
  image: { hash: buildSha256('image'), bytes: 20_000, width: 128, height: 128 },
  receipt: Uint8Array.of(0xa1, 0x61, 0x76, 0x01),
  notes: [],
  flagged: false,
  at: Date.UTC(2026, 0, 1, 0, 0, 5),
  ...changes,
})
