export {
  type ChildEngineModules,
  type ChildEngineOptions,
  createChildEngine,
} from './host/child-engine.ts'
export { type EngineChild, type ForkEngine, forkEngine } from './host/fork-engine.ts'
export type { ProcessOptions } from './host/messages.ts'
export { DEFAULT_STALL_LIMITS, type StallLimits } from './host/watchdog.ts'
export { createGenerator } from './noise/create-generator.ts'
export type { NoiseGenerator } from './noise/noise-generator.ts'
export type { NoiseShape } from './noise/slerp.ts'
export { createTorchGenerator } from './noise/torch-generator.ts'
export { varyNoise } from './noise/vary-noise.ts'
export type { GuidanceMode } from './pipeline/pipeline.ts'
export { ENGINE_VERSION } from './version.ts'
