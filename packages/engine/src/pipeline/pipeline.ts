import type { ModelFamily } from '@reverie/core'
import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import type { Conditioner, TextCondition } from '../text/conditioning.ts'
import type { LatentSize } from './geometry.ts'

/** How the predictions of classifier-free guidance are made: one call of all rows, or a call each. */
export type GuidanceMode = 'batched' | 'split'

/**
 * What one ControlNet, or the sum of several, adds to a UNet's features: for each output of its graph [rows, channels,
 * height, width], in the order of the UNet's inputs, the middle block last.
 */
export type ControlResiduals = readonly Float32Array[]

/** Sizes that SDXL is told: original, crop and target, pixels. */
export interface SizeConditioning {
  readonly original: { readonly width: number; readonly height: number }
  readonly crop: { readonly left: number; readonly top: number }
  readonly target: { readonly width: number; readonly height: number }
}

export interface UnetCall {
  /** Scaled latents of one image, [4, height, width]; every row gets them. */
  readonly sample: Float32Array
  readonly size: LatentSize
  /** May be fractional; a graph that takes whole timesteps gets the nearest. */
  readonly timestep: number
  /** One per row, all with the same number of tokens. */
  readonly rows: readonly TextCondition[]
  /** [extraChannels, height, width]: what an inpainting UNet sees beside the latents. */
  readonly extra?: Float32Array | undefined
  readonly residuals?: ControlResiduals | undefined
  /** SDXL; absent means the size of the picture, uncropped. */
  readonly sizes?: SizeConditioning | undefined
  /** One per row; only SDXL's refiner is told. @defaultValue that of pictures people like, 6 */
  readonly aestheticScores?: readonly number[] | undefined
  /** A distilled model (LCM) takes the CFG scale as an input instead of two predictions. */
  readonly cfgScale?: number | undefined
}

export interface Unet {
  /** Channels beside the four of the latents: 0, or 5 for an inpainting model. */
  readonly extraChannels: 0 | 5
  /** Takes the CFG scale as an input: one row is enough. */
  readonly isDistilled: boolean
  readonly takesResiduals: boolean
  /** The model's prediction, one [4, height, width] per row. Views of a buffer that the next call overwrites. */
  predict(call: UnetCall): Promise<readonly Float32Array[]>
}

/** Mean and standard deviation of latents, each [4, height, width], scaled as the UNet takes them. */
export interface EncodedImage {
  readonly mean: Float32Array
  /** Undefined where the export samples inside the graph. */
  readonly deviation: Float32Array | undefined
}

export interface Vae {
  /** False for a model without a VAE encoder: it cannot start from a picture. */
  readonly canEncode: boolean
  /**
   * Latents [4, height, width] -> pixels [3, 8 height, 8 width], about -1 to 1. `tile` latents a side at once where
   * memory is short; undefined decodes in one call.
   */
  decode(latents: Float32Array, size: LatentSize, tile?: number): Promise<Float32Array>
  /** Pixels [3, 8 height, 8 width], -1 to 1 -> latents. @throws ReverieError `unsupported_by_model` */
  encode(pixels: Float32Array, size: LatentSize, tile?: number): Promise<EncodedImage>
}

/** A ControlNet in memory. */
export interface ControlNet {
  /** `image`: [3, 8 height, 8 width], 0 to 1. */
  residuals(call: UnetCall & { readonly image: Float32Array }): Promise<ControlResiduals>
}

/** A checkpoint in memory, with its LoRAs and embeddings applied. It owns native sessions: close it. */
export interface Pipeline {
  readonly family: ModelFamily
  readonly scheduler: SchedulerConfig
  readonly table: NoiseTable
  readonly text: Conditioner
  readonly unet: Unet
  readonly vae: Vae
  readonly guidance: GuidanceMode
  /** Bytes of its files: what its sessions take at least. */
  readonly bytes: number
  /** @throws ReverieError `unsupported_by_model` with the accepted size where the UNet was exported for one only */
  requireSize(size: LatentSize): void
  /** Latents of the denoised estimate -> interleaved RGB bytes of [8 or 1 x width, height]: TAESD's where the model has one, else the family's linear colours. */
  preview(
    latents: Float32Array,
    size: LatentSize,
  ): Promise<{ rgb: Uint8Array; width: number; height: number }>
  /** Gives the text encoders' memory back; the next prompt that is not cached loads them again. */
  releaseText(): Promise<void>
  close(): Promise<void>
}
