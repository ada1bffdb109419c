import type { LatentSize } from '../pipeline/geometry.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { ControlPicture } from './controls.ts'
import type { DrawInputs, DrawOptions, DrawRequest } from './drawing.ts'
import type { Scene } from './scene.ts'

/** What all passes of one drawing share: everything is decoded and checked. */
export interface Job {
  readonly pipeline: Pipeline
  readonly request: DrawRequest
  readonly inputs: DrawInputs
  readonly options: DrawOptions
  /** Undefined when the drawing starts from noise alone. */
  readonly scene: Scene | undefined
  readonly controls: readonly ControlPicture[]
  readonly checkpoint: () => Promise<void>
  /** After each model call of a sampler. */
  readonly onCall: () => void
}

/** Latents and their size. */
export interface SizedLatents {
  readonly latents: Float32Array
  readonly size: LatentSize
}
