import { fileURLToPath } from 'node:url'

/** Pipelines that draw by themselves, by folder: see this package's README for what each stands for. */
export const TINY_CHECKPOINTS = [
  'sd15',
  'sd15-fp16',
  'sd15-io16',
  'sd15-legacy',
  'sd15-external',
  'sd15-taesd',
  'sd15-control',
  'sd15-inpaint',
  'lcm',
  'sd21-v',
  'sd-turbo',
  'sdxl',
  'sdxl-refiner',
] as const

/** Models that work on or beside a checkpoint. */
export const TINY_COMPANIONS = [
  'control',
  'lora-sd15-kohya',
  'lora-sd15-peft',
  'lora-sdxl-kohya',
  'lora-sdxl-peft',
  'embedding-sd15',
  'embedding-sdxl',
  'upscaler-x4',
  'face-restorer',
  'safety-checker',
] as const

export type TinyModelName = (typeof TINY_CHECKPOINTS)[number] | (typeof TINY_COMPANIONS)[number]

/** Absolute path of a tiny model's folder, which holds a manifest. The same from sources and from dist. */
export const tinyModelFolder = (name: TinyModelName): string =>
  fileURLToPath(new URL(`../models/${name}`, import.meta.url))
