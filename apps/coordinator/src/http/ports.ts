import type {
  AccountRecords,
  BlobStore,
  Clock,
  InputRecords,
  Logger,
  ManifestCid,
  MetricsRegister,
  WorkerGateway,
  WorkerRecords,
} from '@reverie/core'
import type { CatalogueModel, RenderService } from '@reverie/dispatch'

export interface ModelCatalogue {
  list(): readonly CatalogueModel[]
  /** By name or CID. */
  find(nameOrCid: string): CatalogueModel | undefined
  /** The model of requests that name none. */
  readonly default: ManifestCid
}

/**
 * Reads a file that an artist calls a picture, completely and within limits, and tells its size in pixels.
 * @throws ReverieError `input_invalid`
 */
export type InspectInput = (
  file: Uint8Array,
) => Promise<{ readonly width: number; readonly height: number }>

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
  readonly blobs: Pick<BlobStore, 'get' | 'size' | 'put'>
  readonly inputs: Pick<InputRecords, 'add'>
  readonly inspectInput: InspectInput
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
