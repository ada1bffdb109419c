export {
  ERROR_CODE_NAMES,
  ERROR_CODES,
  type ErrorCode,
  type ErrorKind,
  isErrorCode,
} from './errors/codes.ts'
export {
  type ErrorFacts,
  type ErrorObject,
  isReverieError,
  ReverieError,
} from './errors/reverie-error.ts'
export { EXIT, type ExitCode } from './exit-codes.ts'
export {
  AccountId,
  JobId,
  ManifestCid,
  newAccountId,
  newJobId,
  newRenderId,
  PeerId,
  RenderId,
  Sha256,
} from './ids.ts'
export { JobSpec, Rng } from './job-spec.ts'
export {
  MAX_IMAGE_BYTES,
  MAX_INPUT_BYTES,
  MAX_INPUT_PIXELS,
  MAX_PREVIEW_BYTES,
  NOTE_LIMITS,
  RENDER_LIMITS,
} from './limits.ts'
export {
  featuresOf,
  kindOf,
  ModelFamily,
  ModelFeature,
  ModelFile,
  ModelKind,
  ModelManifest,
} from './model-manifest.ts'
export { newJobRecords } from './new-job-records.ts'
export { NumericClass } from './numeric-class.ts'
export type { Account, AccountRecords, Role } from './ports/account-records.ts'
export type { BlobStore } from './ports/blob-store.ts'
export { type Clock, systemClock } from './ports/clock.ts'
export type { CoordinatorLink, JobHandler, LinkState } from './ports/coordinator-link.ts'
export type { EventBus } from './ports/event-bus.ts'
export type {
  EngineImage,
  EngineProgress,
  ImageEngine,
  InstalledModel,
  RenderInputs,
  RenderOptions,
} from './ports/image-engine.ts'
export type { InputRecord, InputRecords } from './ports/input-records.ts'
export type { JobQueue, Lane, QueueClaim, QueueEntry } from './ports/job-queue.ts'
export { type LogFields, type Logger, silentLogger } from './ports/logger.ts'
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type MetricOptions,
  type MetricsRegister,
  noMetrics,
} from './ports/metrics.ts'
export type {
  Completion,
  JobFailure,
  JobImage,
  JobRecord,
  NewRender,
  RenderRecord,
  RenderRecords,
  WorkerName,
} from './ports/records.ts'
export type {
  ConnectedWorker,
  Disposition,
  InputSource,
  JobProgress,
  LeaseEnd,
  ResultSink,
  ResultSubmission,
  WorkerChange,
  WorkerGateway,
} from './ports/worker-gateway.ts'
export type { WorkerRecord, WorkerRecords } from './ports/worker-records.ts'
export {
  type ProgramHost,
  type ProgramMessage,
  type RunningProgram,
  runProgram,
} from './program.ts'
export { RenderEvent } from './render-event.ts'
export { RenderParameters } from './render-parameters.ts'
export { RenderRequest, type RenderRequestInput } from './render-request.ts'
export {
  automaticSchedule,
  type NamingSystem,
  nameOfSampler,
  nameOfSchedule,
  samplerFrom,
  samplerNamed,
  samplerNames,
  scheduleFrom,
  scheduleNamed,
  scheduleNames,
} from './sampler-names.ts'
export { SAMPLERS, Sampler, SCHEDULES, Schedule } from './samplers.ts'
export { canonicalSeed, MAX_SEED, randomSeed, Seed, SeedInput, seedOfImage } from './seed.ts'
export { type Cleanup, type CleanupStack, createCleanupStack } from './service.ts'
export {
  FINAL_JOB_STATES,
  type JobEvent,
  JobState,
  nextJobState,
  RenderState,
  renderStateOf,
  statesAllowing,
} from './states.ts'
export {
  hiresSchedule,
  jobModelCalls,
  modelCalls,
  sampledSteps,
  scheduledSteps,
  trajectoryLength,
} from './steps.ts'
export {
  drawnSize,
  Fit,
  finishedSize,
  furtherModels,
  ImageFormat,
  inputsOf,
  LATENT_UPSCALERS,
  MaskFill,
  PromptSyntax,
  TECHNIQUE_NAMES,
  type Techniques,
  techniquesIn,
} from './techniques.ts'
export { RejectionCode, WaitReason } from './wait-reason.ts'
export { WorkerProfile } from './worker-profile.ts'
export { nextWorkerState, type WorkerEvent, WorkerState } from './worker-state.ts'
