export { createGraphCache, type GraphCache } from './graph/index.ts'
export { createInProcessEngine, type InProcessModules } from './host/in-process.ts'
export type { GraphCacheSettings } from './host/open-model.ts'
export { draw } from './pictures/draw.ts'
export type { DrawInputs, Drawing, DrawOptions, DrawRequest } from './pictures/drawing.ts'
export type { AdapterFiles } from './pipeline/adapt-graphs.ts'
export { createGuidedDenoiser, type GuidanceInput } from './pipeline/guidance.ts'
export { type GuidanceMeasure, measureGuidance } from './pipeline/measure-guidance.ts'
export { type OpenControlNet, openControlNet } from './pipeline/open-control-net.ts'
export {
  openPipeline,
  type PipelineModules,
  type PipelineOptions,
} from './pipeline/open-pipeline.ts'
export type {
  ControlNet,
  EncodedImage,
  GuidanceMode,
  Pipeline,
  Unet,
  UnetCall,
  Vae,
} from './pipeline/pipeline.ts'
export type { ModelCall } from './pipeline/timed-session.ts'
export { createOnnxRuntimeBackend, type OnnxRuntimeOptions } from './runtime/onnx-runtime.ts'
export type {
  OrtBackend,
  OrtSession,
  Tensor,
  TensorData,
  TensorSpec,
} from './runtime/ort-backend.ts'
export { type DdimOptions, planDdim } from './samplers/ddim.ts'
export { planLcm } from './samplers/lcm.ts'
export { planSampler, type SamplerChoice, SIGMA_SAMPLERS } from './samplers/plan-sampler.ts'
export { planPlms } from './samplers/plms.ts'
export type {
  Denoiser,
  NoiseSource,
  SamplerInput,
  SamplerPlan,
  SigmaOptions,
  SigmaPlanner,
  StateSpace,
  StepLevels,
} from './samplers/sampler.ts'
export type { TimestepOptions } from './samplers/timestep-steps.ts'
export { planUnipc, type UnipcOptions } from './samplers/unipc.ts'
export type { UnipcVariant } from './samplers/unipc-weights.ts'
export { createNoiseTable, type NoiseTable } from './schedules/noise-table.ts'
export { SchedulerConfig } from './schedules/scheduler-config.ts'
export { SCHEDULE_FUNCTIONS, type ScheduleFunction } from './schedules/schedules.ts'
export { spacedTimesteps } from './schedules/timesteps.ts'
export type { TextCondition } from './text/conditioning.ts'
export {
  type ClipTokenizer,
  createClipTokenizer,
  type TokenWindow,
} from './tokenizer/clip-tokenizer.ts'
export { readTokenizer } from './tokenizer/read-tokenizer.ts'
