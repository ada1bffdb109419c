import type { ModelFamily, ModelFeature, ModelKind, ModelManifest } from '@reverie/core'

/** What a model's files say about it: a manifest without names and files. */
export interface ModelTraits
  extends Pick<ModelManifest, 'precision' | 'size' | 'steps' | 'defaults' | 'peakMemory'> {
  readonly kind: ModelKind
  readonly family: ModelFamily
  /** Undefined for what does not draw. */
  readonly features: ModelFeature[] | undefined
}

/** What the person says who installs it: it goes before what the files say. */
export interface StatedTraits {
  readonly kind?: ModelKind | undefined
  readonly family?: ModelFamily | undefined
}
