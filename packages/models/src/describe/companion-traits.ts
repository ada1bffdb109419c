import type { ModelFamily, ModelKind, ModelManifest } from '@reverie/core'
import type { ModelTraits } from './traits.ts'
import { peakMemory } from './weights.ts'

/** A tile of an upscaler, a detector's picture. */
const COMPANION_PIXELS = 512 * 512

/** A manifest has to say how its model draws; what does not draw says what its family usually does. */
export function companionTraits(
  kind: ModelKind,
  family: ModelFamily,
  precision: ModelManifest['precision'],
  bytes: number,
): ModelTraits {
  const side = family === 'sdxl' || family === 'sdxl_refiner' ? 1024 : 512
  return {
    kind,
    family,
    features: undefined,
    precision,
    size: { min: 32, max: 4096, step: 8 },
    steps: { min: 1, max: 150 },
    defaults: {
      width: side,
      height: side,
      steps: 25,
      sampler: 'dpmpp_2m',
      schedule: 'karras',
      cfgScale: 7,
    },
    peakMemory: peakMemory(bytes, COMPANION_PIXELS),
  }
}
