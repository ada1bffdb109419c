export interface PoolResult<R> {
  rows: R[]
  rowCount: number | null
}

export interface PoolNotification {
  channel: string
  payload: string
}

/** A client checked out of a {@link SessionPool}: a `pg.PoolClient` as far as a queue needs one. */
export interface SessionPoolClient {
  query<R>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<R>>
  on(event: 'notification', listener: (message: PoolNotification) => void): this
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'end', listener: () => void): this
  removeListener(event: string, listener: (message: PoolNotification) => void): this
  removeAllListeners(event?: string): this
  /** Gives the client back; a transaction left open is rolled back. */
  release(destroy?: boolean): void
}

/** A `pg.Pool` as far as a queue needs one. Unqualified names resolve in schema {@link QUEUE_SCHEMA}. */
export interface SessionPool {
  /** `keepAlive` tells a reader that a lost connection is noticed, so it may wait for notifications without a cap. */
  readonly options: { readonly keepAlive: boolean }
  query<R>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<R>>
  connect(): Promise<SessionPoolClient>
  /** Does nothing: the database owns the session. */
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'connect', listener: (client: SessionPoolClient) => void): this
  removeAllListeners(event?: string): this
}

/** Where unqualified names of the pool resolve. Our own tables are in schema `reverie` and always qualified. */
export const QUEUE_SCHEMA = 'bullmq'
