import type { AccountRecords, InputRecords, RenderRecords, WorkerRecords } from '@reverie/core'
import { createMemoryAccountRecords } from './memory-accounts.ts'
import { createMemoryInputRecords } from './memory-inputs.ts'
import { createMemoryRenderRecords } from './memory-renders.ts'
import { createMemoryWorkerRecords } from './memory-workers.ts'

/** Everything a coordinator remembers, in the shape in which the store offers it. */
export interface MemoryRecords {
  readonly renders: RenderRecords
  readonly accounts: AccountRecords
  readonly workers: WorkerRecords
  readonly inputs: InputRecords
}

export function createMemoryRecords(): MemoryRecords {
  const workers = createMemoryWorkerRecords()
  return {
    renders: createMemoryRenderRecords(workers.count),
    accounts: createMemoryAccountRecords(),
    workers,
    inputs: createMemoryInputRecords(),
  }
}
