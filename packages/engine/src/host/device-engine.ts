import type { ImageEngine, ManifestCid } from '@reverie/core'

/** An engine that learns which sizes its device can render. */
export interface DeviceEngine extends ImageEngine {
  /** Pixels, width times height, of the largest drawing of the model that passed here; undefined before any. */
  proven(model: ManifestCid): number | undefined
}
