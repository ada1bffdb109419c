export { createQueue, type QueueModules } from './create-queue.ts'
export { DEFAULT_QUEUE_OPTIONS, type QueueOptions } from './options.ts'
export type {
  QueueNotification,
  QueuePool,
  QueuePoolClient,
  QueuePoolResult,
} from './queue-pool.ts'
