export { buildCompletion, buildWorkerName } from './builders/completion.ts'
export { buildManifestCid, buildPeerId, buildSha256 } from './builders/ids.ts'
export { buildJobSpec } from './builders/job-spec.ts'
export { buildModelManifest } from './builders/model-manifest.ts'
export {
  buildNewRender,
  buildRenderParameters,
  type NewRenderChanges,
} from './builders/new-render.ts'
export { buildNumericClass, buildWorkerProfile } from './builders/worker-profile.ts'
export { describeAccountRecordsContract } from './contracts/account-records-contract.ts'
export { describeBlobStoreContract } from './contracts/blob-store-contract.ts'
export type { BlobStoreHarness, JobQueueHarness, RecordsHarness } from './contracts/harness.ts'
export {
  describeImageEngineContract,
  type EngineFixture,
} from './contracts/image-engine.ts'
export { describeInputRecordsContract } from './contracts/input-records-contract.ts'
export { describeJobQueueContract } from './contracts/job-queue-contract.ts'
export { describeRenderRecordsContract } from './contracts/render-records-contract.ts'
export {
  type ContractLease,
  type ContractWorker,
  describeWorkerGatewayContract,
  type WorkerGatewayHarness,
} from './contracts/worker-gateway.ts'
export { describeWorkerRecordsContract } from './contracts/worker-records-contract.ts'
export { createFakeClock, type FakeClock } from './fakes/fake-clock.ts'
export {
  createFakeEngine,
  type FakeEngine,
  type FakeEngineModules,
  type FakeEngineOptions,
} from './fakes/fake-engine.ts'
export {
  createFakeGateway,
  type FakeGateway,
  type FakeGatewayOptions,
  type FakeWorker,
  type JoinOptions,
} from './fakes/fake-gateway.ts'
export type { FakeLease } from './fakes/fake-lease.ts'
export { createFakeLink, type FakeLink, type GivenJob } from './fakes/fake-link.ts'
export { createMemoryAccountRecords } from './fakes/memory-accounts.ts'
export { createMemoryBlobs, type MemoryBlobs } from './fakes/memory-blobs.ts'
export { createMemoryEvents, type MemoryEvents } from './fakes/memory-events.ts'
export { createMemoryInputRecords } from './fakes/memory-inputs.ts'
export {
  createMemoryQueue,
  type MemoryQueue,
  type MemoryQueueOptions,
} from './fakes/memory-queue.ts'
export { createMemoryRecords, type MemoryRecords } from './fakes/memory-records.ts'
export { createMemoryRenderRecords } from './fakes/memory-renders.ts'
export { createMemoryWorkerRecords } from './fakes/memory-workers.ts'
export { encodePlainPng, type PlainPngOptions } from './fakes/plain-png.ts'
export {
  createRecordingLogger,
  type LogLine,
  type RecordingLogger,
} from './fakes/recording-logger.ts'
export { createRecordingMetrics, type RecordingMetrics } from './fakes/recording-metrics.ts'
export { createSeededRandom, type SeededRandom } from './random.ts'
