import type { Flags } from '../command.ts'

const PROMPT = 'prompt and noise'
const PICTURE = 'from a picture'
const MODELS = 'further models (by name or CID)'
const FINISH = 'second pass and finish'
const FILE = 'the file'

/** Flags of `render` beyond plain text-to-image. */
export const TECHNIQUE_FLAGS: Flags = {
  syntax: {
    type: 'string',
    value: '<kind>',
    about: 'a1111 (default), comfy or plain',
    group: PROMPT,
  },
  'clip-skip': {
    type: 'string',
    value: '<n>',
    about: '1 is the last layer, 2 the one before',
    group: PROMPT,
  },
  variation: {
    type: 'string',
    value: '<seed:strength>',
    about: 'start between two seeds, e.g. 7:0.2',
    group: PROMPT,
  },
  rng: {
    type: 'string',
    value: '<kind>',
    about: 'torch-cpu (default) or philox, as on NVIDIA GPUs',
    group: PROMPT,
  },
  eta: {
    type: 'string',
    value: '<x>',
    about: 'share of fresh noise in each step, 0 to 1',
    group: PROMPT,
  },
  'cfg-rescale': {
    type: 'string',
    value: '<x>',
    about: 'tame a high CFG scale, 0 to 1',
    group: PROMPT,
  },

  init: { type: 'string', value: '<file>', about: 'the picture to start from', group: PICTURE },
  strength: {
    type: 'string',
    value: '<x>',
    about: 'how much of it is redrawn, 0.01 to 1 (default 0.75)',
    group: PICTURE,
  },
  fit: {
    type: 'string',
    value: '<how>',
    about: 'stretch, crop (default) or pad it to the size',
    group: PICTURE,
  },
  mask: {
    type: 'string',
    value: '<file>',
    about: 'redraw only where this is white',
    group: PICTURE,
  },
  'invert-mask': { type: 'boolean', about: 'redraw where it is black', group: PICTURE },
  'mask-blur': {
    type: 'string',
    value: '<px>',
    about: 'soften its edge, 0 to 64 (default 4)',
    group: PICTURE,
  },
  fill: {
    type: 'string',
    value: '<what>',
    about: 'original (default), fill, noise or nothing under it',
    group: PICTURE,
  },
  'only-masked': {
    type: 'boolean',
    about: 'redraw its surroundings at full size, then paste them back',
    group: PICTURE,
  },
  'mask-padding': {
    type: 'string',
    value: '<px>',
    about: 'how much of them, 0 to 512 (default 32)',
    group: PICTURE,
  },
  outpaint: {
    type: 'string',
    value: '<l,t,r,b>',
    about: 'pixels to add left, top, right, bottom',
    group: PICTURE,
  },

  lora: {
    type: 'string',
    multiple: true,
    value: '<name[:weight]>',
    about: 'as <lora:name:weight> in the prompt',
    group: MODELS,
  },
  embedding: {
    type: 'string',
    multiple: true,
    value: '<name>',
    about: 'a textual inversion that the prompt names',
    group: MODELS,
  },
  control: {
    type: 'string',
    multiple: true,
    value: '<model:file[:canny][:weight]>',
    about: 'guide the drawing by a picture, or by its edges',
    group: MODELS,
  },
  refiner: {
    type: 'string',
    value: '<name[:at]>',
    about: 'takes over after this share of the steps (0.8)',
    group: MODELS,
  },
  safety: {
    type: 'string',
    value: '<name>',
    about: 'looks at the finished picture',
    group: MODELS,
  },

  hires: {
    type: 'string',
    value: '<scale[,upscaler[,strength]]>',
    about: 'draw again larger, e.g. 2,latent,0.6',
    group: FINISH,
  },
  upscale: {
    type: 'string',
    value: '<name[:scale]>',
    about: 'enlarge the finished picture (4 times)',
    group: FINISH,
  },
  'restore-faces': {
    type: 'string',
    value: '<name[:strength]>',
    about: 'mend faces, 0 to 1 (0.8)',
    group: FINISH,
  },

  format: { type: 'string', value: '<kind>', about: 'png (default), webp or jpeg', group: FILE },
  quality: {
    type: 'string',
    value: '<n>',
    about: 'of webp and jpeg, 1 to 100 (default 90)',
    group: FILE,
  },
  'no-metadata': {
    type: 'boolean',
    about: 'leave the prompt and the settings out of the file',
    group: FILE,
  },
}
