export { type BlobFolder, openBlobFolder } from './blobs/blob-folder.ts'
export type { Database, Queryable } from './database.ts'
export { type DatabasePlace, openDatabase } from './open-database.ts'
export { createAccountRecords } from './records/account-records.ts'
export { createRecords, type Records } from './records/records.ts'
export { createRenderRecords } from './records/render-records.ts'
export { createWorkerRecords } from './records/worker-records.ts'
export type {
  PoolNotification,
  PoolResult,
  SessionPool,
  SessionPoolClient,
} from './session-pool.ts'
