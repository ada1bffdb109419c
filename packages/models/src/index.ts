export { describeModelFolder, type ManifestFields } from './describe-model-folder.ts'
export { detectModelFolder } from './detect-model-folder.ts'
export type { PullProgress } from './download/progress.ts'
export { type ImportOptions, importModel } from './import/import-model.ts'
export { findInstalled, type InstalledFolder, listInstalled } from './library/find-installed.ts'
export { removeFolder } from './library/incoming.ts'
export type { PublishedModel } from './library/publish.ts'
export { manifestCid } from './manifest-cid.ts'
export {
  type BrokenModel,
  createModelLibrary,
  type ModelLibrary,
  type ModelLibraryOptions,
} from './model-library.ts'
export { type OpenModelOptions, openModelFolder } from './open-model-folder.ts'
export { type PullModules, type PullOptions, pullModel } from './pull/pull-model.ts'
export { readManifest } from './read-manifest.ts'
export {
  type Catalogue,
  type CatalogueEntry,
  findInCatalogue,
  readCatalogue,
} from './source/catalogue.ts'
export { type ModelSource, parseModelSource } from './source/model-source.ts'
