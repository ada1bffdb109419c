export {
  type AdaptedGraphs,
  type AdapterRequest,
  applyAdapters,
  type PartGraphs,
} from './apply-adapters.ts'
