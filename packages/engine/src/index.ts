export {
  type ChildEngineModules,
  type ChildEngineOptions,
  createChildEngine,
} from './host/child-engine.ts'
export type { DeviceEngine } from './host/device-engine.ts'
export { createEnginePool, type EnginePool } from './host/engine-pool.ts'
export { type EngineChild, type ForkEngine, forkEngine } from './host/fork-engine.ts'
export type { ProcessOptions } from './host/messages.ts'
export { proveSizes } from './host/prove-sizes.ts'
export { DEFAULT_STALL_LIMITS, type StallLimits } from './host/watchdog.ts'
export { createGenerator } from './noise/create-generator.ts'
export type { NoiseGenerator } from './noise/noise-generator.ts'
export type { NoiseShape } from './noise/slerp.ts'
export { createTorchGenerator } from './noise/torch-generator.ts'
export { varyNoise } from './noise/vary-noise.ts'
export type { GuidanceMode } from './pipeline/pipeline.ts'
export {
  CPU,
  type Device,
  deviceName,
  PROVIDERS,
  type Provider,
  parseDevice,
} from './runtime/device.ts'
export {
  type DeviceReport,
  type ProbeOptions,
  probeDevices,
  type UnusableDevice,
  type UsableDevice,
} from './runtime/probe/probe-devices.ts'
export { ENGINE_VERSION } from './version.ts'
