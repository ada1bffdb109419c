export interface QueuePoolResult<R> {
  rows: R[]
  rowCount?: number | null
}

export interface QueueNotification {
  channel: string
  payload?: string
}

/** What the queue uses of a `pg.PoolClient`. */
export interface QueuePoolClient {
  query<R>(text: string, parameters?: readonly unknown[]): Promise<QueuePoolResult<R>>
  on(event: 'notification', listener: (message: QueueNotification) => void): this
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'end', listener: () => void): this
  removeListener(event: 'notification', listener: (message: QueueNotification) => void): this
  removeAllListeners(event?: string): this
  release(destroy?: boolean): void
}

/**
 * What the queue uses of a `pg.Pool`. Unqualified names must resolve in schema `bullmq` on every connection, and
 * `options.keepAlive` should be true. The queue never ends the pool.
 */
export interface QueuePool {
  query<R>(text: string, parameters?: readonly unknown[]): Promise<QueuePoolResult<R>>
  connect(): Promise<QueuePoolClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'connect', listener: (client: QueuePoolClient) => void): this
  removeAllListeners(event?: string): this
}
