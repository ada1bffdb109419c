import type { Pipeline } from '../pipeline/pipeline.ts'
import { draw } from './draw.ts'
import type { Drawing, DrawOptions, DrawRequest } from './drawing.ts'

/** The parts of a job that decide a plain picture. */
export type TextToImage = Pick<
  DrawRequest,
  | 'prompt'
  | 'negativePrompt'
  | 'width'
  | 'height'
  | 'steps'
  | 'sampler'
  | 'schedule'
  | 'cfgScale'
  | 'seed'
> &
  Partial<Pick<DrawRequest, 'rng'>>

/** Draws one picture from noise and texts alone: {@link draw} without techniques. */
export const textToImage = (
  pipeline: Pipeline,
  request: TextToImage,
  options: DrawOptions = {},
): Promise<Drawing> => draw(pipeline, { rng: 'torch-cpu', ...request }, {}, options)
