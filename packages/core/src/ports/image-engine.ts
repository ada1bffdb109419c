import type { ManifestCid, Sha256 } from '../ids.ts'
import type { JobSpec } from '../job-spec.ts'
import type { ModelManifest } from '../model-manifest.ts'
import type { NumericClass } from '../numeric-class.ts'
import type { ImageFormat } from '../techniques.ts'

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
  /** The denoised estimate as a small JPEG, at most {@link MAX_PREVIEW_BYTES}, when one was asked for and is due. */
  readonly preview?: Uint8Array
}

export interface EngineImage {
  /** In the format that the job asks for; with AUTOMATIC1111's settings text unless the job leaves metadata out. */
  readonly file: Uint8Array
  readonly format: ImageFormat
  /** The finished picture's, pixels: see `finishedSize`. */
  readonly width: number
  readonly height: number
  /** Latents before the first step and after each one, of both passes: `trajectoryLength(spec)` arrays of [4, height/8, width/8] float32. */
  readonly trajectory: readonly Float32Array[]
  /** What decided the bits: that of the device which rendered. */
  readonly numericClass: NumericClass
  /** Sentences for the artist: parts of the prompt that were ignored or cut. */
  readonly notes: readonly string[]
  /** The safety model flagged the picture; the file is blank. */
  readonly flagged: boolean
  /** Milliseconds. */
  readonly timing: { readonly total: number; readonly inference: number }
}

/** What a job names besides its model. One that is missing is answered with `input_invalid`. */
export interface RenderInputs {
  /** Files of input pictures by their SHA-256: hostile until decoded. */
  readonly images?: ReadonlyMap<Sha256, Uint8Array>
  readonly models?: ReadonlyMap<ManifestCid, InstalledModel>
}

export interface RenderOptions {
  readonly inputs?: RenderInputs
  /** Steps between two previews; 0 for none. @defaultValue 0 */
  readonly previewEvery?: number
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
   * @throws ReverieError `cancelled`, `out_of_memory`, `bad_output`, `engine_stalled`, `engine_failed`,
   * `unsupported_by_model`, `input_invalid`, `model_invalid`, `model_file_missing`
   */
  render(model: InstalledModel, spec: JobSpec, options?: RenderOptions): Promise<EngineImage>
  /** Ends the inference process and gives its memory back. Renders under way reject with `engine_failed`. */
  close(): Promise<void>
}
