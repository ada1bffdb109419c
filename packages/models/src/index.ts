export { describeModelFolder, type ManifestFields } from './describe-model-folder.ts'
export { manifestCid } from './manifest-cid.ts'
export {
  type BrokenModel,
  createModelLibrary,
  type ModelLibrary,
  type ModelLibraryOptions,
} from './model-library.ts'
export { type OpenModelOptions, openModelFolder } from './open-model-folder.ts'
export { readManifest } from './read-manifest.ts'
