export {
  type AdaptedGraphs,
  type AdapterModules,
  type AdapterRequest,
  applyAdapters,
  type PartGraphs,
} from './apply-adapters.ts'
export { PARTS, type Part } from './lora-keys.ts'
