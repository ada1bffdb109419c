import type { JobSpec, ManifestCid, Sha256, Techniques } from '@reverie/core'
import type { RgbImage } from '../images/raster.ts'
import type { ControlNet, GuidanceMode, Pipeline } from '../pipeline/pipeline.ts'

/** The parts of a job that decide the drawing. Upscaling, faces and the file come after it. */
export type DrawRequest = Pick<
  JobSpec,
  | 'prompt'
  | 'negativePrompt'
  | 'width'
  | 'height'
  | 'steps'
  | 'sampler'
  | 'schedule'
  | 'cfgScale'
  | 'seed'
  | 'rng'
> &
  Pick<
    Techniques,
    | 'promptSyntax'
    | 'clipSkip'
    | 'eta'
    | 'cfgRescale'
    | 'variation'
    | 'init'
    | 'inpaint'
    | 'outpaint'
    | 'hires'
    | 'control'
    | 'refiner'
  >

/** What a request names besides the checkpoint. LoRAs and embeddings are part of the pipeline already. */
export interface DrawInputs {
  /** Files of input pictures: hostile until decoded. */
  readonly images?: ReadonlyMap<Sha256, Uint8Array> | undefined
  readonly controlNets?: ReadonlyMap<ManifestCid, ControlNet> | undefined
  readonly refiner?: Pipeline | undefined
  /** Makes a picture larger by a model, for a hires pass that names one. */
  readonly enlarge?: ((image: RgbImage, model: ManifestCid) => Promise<RgbImage>) | undefined
}

/** What a device short of memory gives up. */
export interface Economy {
  /** Latents a side that the VAE takes at once. @defaultValue all */
  readonly vaeTile?: number | undefined
  /** @defaultValue the pipeline's */
  readonly guidance?: GuidanceMode | undefined
}

export interface DrawOptions {
  /** Awaited before each call of a graph; throws to stop. */
  readonly checkpoint?: () => Promise<void>
  /** After each model call of the samplers: calls done and in all, over every pass. */
  readonly onModelCall?: (done: number, of: number) => void
  /** Steps between two previews; 0 for none. @defaultValue 0 */
  readonly previewEvery?: number | undefined
  /** The denoised estimate, small. Not called for the last step: the picture itself follows. */
  readonly onPreview?: (preview: RgbImage) => void
  readonly economy?: Economy | undefined
}

export interface Drawing extends RgbImage {
  /** What the decoder gave for the last latents, [3, height, width], about -1 to 1: before anything is laid over an input. A view that the next drawing overwrites. */
  readonly pixels: Float32Array
  /** Latents before the first step and after each one, float32, of every pass. */
  readonly trajectory: readonly Float32Array[]
  /** Sentences for the artist about what was ignored or cut. */
  readonly notes: readonly string[]
}
