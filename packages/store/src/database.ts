import type { SessionPool } from './session-pool.ts'

/** Runs one SQL statement with `$1`-style parameters. Rows are unknown until a schema has parsed them. */
export interface Queryable {
  /** @throws ReverieError `storage_unavailable`, or `internal` when the statement itself is at fault */
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly unknown[]>
}

/** The records' database. Our tables are in schema `reverie` and always named with it. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction: committed and durable when it resolves, rolled back when it rejects. Inside, query
   * only what is handed over: a query on the database itself would wait for this transaction forever.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>
  /** One statement like `query`, on disk when it resolves: neither a crash nor a power cut can take it back. */
  durably(sql: string, parameters?: readonly unknown[]): Promise<readonly unknown[]>
  /** The same database in the shape of a `pg.Pool`, for the queue. It lives and ends with the database. */
  readonly pool: SessionPool
  /** Waits for what is under way, then gives the folder back. */
  close(): Promise<void>
}
