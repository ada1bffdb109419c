import type { AccountRecords, InputRecords, RenderRecords, WorkerRecords } from '@reverie/core'
import type { Database } from '../database.ts'
import { createAccountRecords } from './account-records.ts'
import { createInputRecords } from './input-records.ts'
import { createRenderRecords } from './render-records.ts'
import { createWorkerRecords } from './worker-records.ts'

/** Everything a coordinator remembers. */
export interface Records {
  readonly renders: RenderRecords
  readonly accounts: AccountRecords
  readonly workers: WorkerRecords
  readonly inputs: InputRecords
}

export const createRecords = (database: Database): Records => ({
  renders: createRenderRecords(database),
  accounts: createAccountRecords(database),
  workers: createWorkerRecords(database),
  inputs: createInputRecords(database),
})
