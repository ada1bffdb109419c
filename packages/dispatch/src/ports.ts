import type {
  BlobStore,
  Clock,
  EventBus,
  InputRecords,
  JobQueue,
  JobSpec,
  Logger,
  ManifestCid,
  MetricsRegister,
  ModelManifest,
  PeerId,
  RenderRecords,
  ResultSubmission,
  Sha256,
  WorkerGateway,
  WorkerRecords,
} from '@reverie/core'

/** A result that passed every check. */
export interface InspectedResult {
  /** The image with its countersigned receipt embedded: what is stored and served. */
  readonly file: Uint8Array
  /** Canonical DAG-CBOR, countersigned. */
  readonly receipt: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Checks a hostile submission against the job that was given, and countersigns it.
 *
 * @throws ReverieError `result_image_invalid`, `result_receipt_invalid`
 */
export type InspectResult = (
  peer: PeerId,
  spec: JobSpec,
  submission: ResultSubmission,
) => Promise<InspectedResult>

/** A model that this coordinator offers. */
export interface CatalogueModel {
  readonly cid: ManifestCid
  readonly manifest: ModelManifest
}

/** Models that this coordinator offers. */
export interface Catalogue {
  /** By name or CID. @throws ReverieError `model_not_found` naming what there is; undefined gives the default model */
  find(nameOrCid: string | undefined): CatalogueModel
  /** Of every kind, in the order in which names are looked up. */
  list(): readonly CatalogueModel[]
}

export interface DispatchModules {
  readonly records: RenderRecords
  readonly workers: WorkerRecords
  readonly inputs: Pick<InputRecords, 'find'>
  readonly queue: JobQueue
  readonly blobs: BlobStore
  readonly gateway: WorkerGateway
  readonly events: EventBus
  readonly catalogue: Catalogue
  readonly inspect: InspectResult
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricsRegister
}

/** Makes a retried POST safe. `fingerprint` is the SHA-256 of the parsed request in canonical JSON. */
export interface Idempotency {
  readonly key: string
  readonly fingerprint: Sha256
}
