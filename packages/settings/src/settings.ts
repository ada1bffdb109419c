import type { RenderRequestInput } from '@reverie/core'

/** The part of a request that a picture's file can state; what it does not say is absent. */
export type PictureSettings = Pick<
  RenderRequestInput,
  | 'cfgRescale'
  | 'cfgScale'
  | 'clipSkip'
  | 'eta'
  | 'height'
  | 'negativePrompt'
  | 'promptSyntax'
  | 'rng'
  | 'sampler'
  | 'schedule'
  | 'seed'
  | 'steps'
  | 'variation'
  | 'width'
> & {
  readonly prompt: string
  /** The model's name as the file has it: perhaps not one that is known here. */
  readonly model?: string
  readonly hires?: {
    readonly scale?: number
    readonly steps?: number
    readonly strength?: number
    /** A way to enlarge latents, or the name of a model: perhaps not one that is known here. */
    readonly upscaler?: string
  }
}

export interface ReadSettings {
  /** Who wrote them: the layout, not the program. */
  readonly source: 'a1111' | 'comfyui'
  readonly settings: PictureSettings
  /** What the file states beyond {@link PictureSettings}, as written. */
  readonly others: Readonly<Record<string, string>>
}
