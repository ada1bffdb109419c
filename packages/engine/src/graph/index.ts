export { externalFiles, externalFilesOf } from './external-files.ts'
export { createFileHashes, type FileHashes } from './file-hashes.ts'
export { fixDims } from './fixed-dims.ts'
export {
  createGraphCache,
  type EditedGraph,
  type EditRequest,
  type GraphCache,
  type GraphCacheOptions,
} from './graph-cache.ts'
export type { GraphDraft } from './graph-draft.ts'
export {
  addHiddenStates,
  type FinalNorm,
  type HiddenStates,
  readFinalNorm,
} from './hidden-states.ts'
export { encodeModel, type GraphEdits, noEdits, type OnnxModel, parseModel } from './onnx-model.ts'
export { readGraph } from './read-graph.ts'
