import type { ManifestCid } from '../ids.ts'
import type { JobSpec } from '../job-spec.ts'
import type { ModelManifest } from '../model-manifest.ts'
import type { NumericClass } from '../numeric-class.ts'

/** A model on disk, its files verified. */
export interface InstalledModel {
  readonly cid: ManifestCid
  readonly manifest: ModelManifest
  /** Absolute path of its folder. */
  readonly folder: string
}

export interface EngineProgress {
  /** Model calls done and in all: a second-order sampler makes two per step. */
  readonly step: number
  readonly of: number
  /** Estimated milliseconds to the finished image; undefined before it can be known. */
  readonly etaMs: number | undefined
}

export interface EngineImage {
  /** PNG with AUTOMATIC1111 `parameters` text. */
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
  /** Latents before the first step and after each one: steps + 1 arrays of [4, height/8, width/8] float32. */
  readonly trajectory: readonly Float32Array[]
  /** Milliseconds. */
  readonly timing: { readonly total: number; readonly inference: number }
}

export interface RenderOptions {
  /** Aborting stops between two model calls; the promise rejects with ReverieError `cancelled`. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: EngineProgress) => void
}

/**
 * Renders jobs on one device. Every implementation: one render at a time (a second call waits for the first); the same
 * spec on the same numeric class gives the same pixels; a failed render leaves the engine able to run the next one.
 */
export interface ImageEngine {
  readonly numericClass: NumericClass
  /** Makes the model warm. @throws ReverieError `model_invalid`, `model_file_missing`, `out_of_memory` */
  load(model: InstalledModel): Promise<void>
  /** Models warm now. */
  warm(): readonly ManifestCid[]
  /**
   * @throws ReverieError `cancelled`, `out_of_memory`, `bad_output`, `engine_stalled`, `engine_failed`, `unsupported_by_model`
   */
  render(model: InstalledModel, spec: JobSpec, options?: RenderOptions): Promise<EngineImage>
  /** Ends the inference process and gives its memory back. Renders under way reject with `engine_failed`. */
  close(): Promise<void>
}
