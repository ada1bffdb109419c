import type {
  Account,
  AccountRecords,
  BlobStore,
  Clock,
  JobId,
  Logger,
  ManifestCid,
  MetricsRegister,
  ModelManifest,
  RenderEvent,
  RenderId,
  RenderRecord,
  RenderRequest,
  Sha256,
  WaitReason,
  WorkerGateway,
  WorkerRecords,
} from '@reverie/core'

/** Makes a retried POST safe. `fingerprint` is the SHA-256 of the parsed request in canonical JSON. */
interface Idempotency {
  readonly key: string
  readonly fingerprint: Sha256
}

/** Where a queued job stands. */
export interface Waiting {
  /** Jobs of the same lane that go first; 0 is next. */
  readonly position: number
  /** Absent when nothing is in its way but the jobs before it. */
  readonly reason: WaitReason | undefined
}

/**
 * Renders as the HTTP layer needs them. A render of another account is answered as if it did not exist.
 * Every method may reject with ReverieError `storage_unavailable`; what the caller did wrong is a ReverieError too, with
 * `field` and `accepted` in its facts where a field is at fault.
 */
export interface RenderService {
  /**
   * Admits, stores and queues. The rows are durable when it resolves. `created` is false when the idempotency key was used
   * before with the same fingerprint: then `render` is the earlier one.
   * @throws ReverieError `model_not_found`, `unsupported_by_model`, `idempotency_conflict`, `shutting_down`
   */
  submit(
    account: Account,
    request: RenderRequest,
    idempotency?: Idempotency,
  ): Promise<{ readonly render: RenderRecord; readonly created: boolean }>
  /** @throws ReverieError `render_not_found` */
  get(account: Account, id: RenderId): Promise<RenderRecord>
  /** Newest first, at most `limit`; `before` is the id of the last render of the page before. */
  list(
    account: Account,
    page: { readonly limit: number; readonly before?: RenderId },
  ): Promise<readonly RenderRecord[]>
  /**
   * Ends what is still open: queued jobs at once, leased ones between two model calls. Cancelling a final render changes
   * nothing. Resolves with the render as it is then. @throws ReverieError `render_not_found`
   */
  cancel(account: Account, id: RenderId): Promise<RenderRecord>
  /** Canonical DAG-CBOR of the countersigned receipt. @throws ReverieError `job_not_found` */
  receipt(account: Account, job: JobId): Promise<Uint8Array>
  /** Place and reason of every queued job of the render; jobs in another state are left out. */
  waiting(render: RenderRecord): Promise<ReadonlyMap<JobId, Waiting>>
  /**
   * Live events from now on, in order for each job. Best effort and without access check: callers `get` the render first.
   * The listener must not throw. Returns the unsubscribe function.
   */
  subscribe(render: RenderId, listener: (event: RenderEvent) => void): () => void
}

/** A model that this coordinator serves. */
export interface CatalogueModel {
  readonly cid: ManifestCid
  readonly manifest: ModelManifest
}

export interface ModelCatalogue {
  list(): readonly CatalogueModel[]
  /** By name or CID. */
  find(nameOrCid: string): CatalogueModel | undefined
  /** The model of requests that name none. */
  readonly default: ManifestCid
}

type HealthState = 'green' | 'yellow' | 'red'

/** One part of the coordinator, e.g. "records", "queue", "blobs", "network", "workers". */
export interface HealthPart {
  readonly name: string
  /** `yellow` serves with less; `red` cannot take renders and makes the coordinator not ready. */
  readonly state: HealthState
  /** A sentence: what is wrong and what to do. Absent when green. */
  readonly reason?: string
}

/** Everything the HTTP layer stands on. */
export interface HttpModules {
  readonly renders: RenderService
  readonly blobs: Pick<BlobStore, 'get' | 'size'>
  readonly accounts: Pick<AccountRecords, 'byKey'>
  readonly gateway: Pick<WorkerGateway, 'workers'>
  readonly workerRecords: Pick<WorkerRecords, 'list'>
  readonly models: ModelCatalogue
  /** Asks every part now. A rejection counts as one red part. */
  readonly health: () => Promise<readonly HealthPart[]>
  /** Prometheus text exposition of everything registered; `createMetrics()` of telemetry has this shape. */
  readonly exposition: { readonly contentType: string; text(): Promise<string> }
  readonly metrics: MetricsRegister
  readonly log: Logger
  readonly clock: Clock
}

/** Plain data. Absent values take the defaults of `compileHttpOptions`. */
export interface HttpOptions {
  /** Shown by `/` and `/health/live`, e.g. "0.1.0". */
  readonly version: string
  /** Requests in one minute. */
  readonly rateLimits?: {
    /** For each account, over all its keys. */
    readonly perAccount?: number
    /** For each address, requests without a valid key. */
    readonly perAddress?: number
  }
  /** How many proxies in front set `X-Forwarded-For`; 0 trusts none. */
  readonly trustedProxies?: number
  /** Silence after which an event stream gets a comment, so that proxies keep it open. */
  readonly heartbeatMs?: number
}
