import { ReverieError, SeedInput } from '@reverie/core'
import * as z from 'zod/mini'

const wrong = (flag: string, given: string, accepted: string): ReverieError =>
  new ReverieError('invalid_option', `${flag} ${given}: it takes ${accepted}.`, {
    field: flag,
    accepted,
  })

const numberIn = (text: string, min: number, max: number): number | undefined => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return value >= min && value <= max ? value : undefined
}

/**
 * "name" or "name:0.8": a model and one number about it. A name may have colons itself where no number follows.
 * @throws ReverieError `invalid_option`
 */
export function namedWith<const Key extends string>(
  key: Key,
  flag: string,
  text: string,
  min: number,
  max: number,
): { readonly model: string } & { readonly [K in Key]?: number } {
  const [, model = '', tail] = /^(.*?)(?::([^:]*))?$/.exec(text) ?? []
  const value = tail === undefined ? undefined : numberIn(tail, min, max)
  if (model === '' || (tail !== undefined && value === undefined)) {
    throw wrong(flag, text, `a name, or name:${key} with ${key} from ${min} to ${max}`)
  }
  const said = value === undefined ? {} : { [key]: value }
  return { model, ...said } as { readonly model: string } & { readonly [K in Key]?: number }
}

/** "7:0.2". @throws ReverieError `invalid_option` */
export function variationOf(text: string): { readonly seed: string; readonly strength: number } {
  const [, seed = '', tail = ''] = /^(\d+):(.+)$/.exec(text) ?? []
  const strength = numberIn(tail, 0, 1)
  if (strength === undefined || !z.safeParse(SeedInput, seed).success) {
    throw wrong('--variation', text, 'seed:strength, e.g. 7:0.2, with strength from 0 to 1')
  }
  return { seed, strength }
}

/** "64,0,64,0". @throws ReverieError `invalid_option` */
export function marginsOf(
  text: string,
): Readonly<Record<'left' | 'top' | 'right' | 'bottom', number>> {
  const parts = text.split(',')
  const numbers = parts.map((part) =>
    /^\s*\d+\s*$/.test(part) ? numberIn(part, 0, 1_024) : undefined,
  )
  const [left, top, right, bottom, ...more] = numbers
  if (
    left === undefined ||
    top === undefined ||
    right === undefined ||
    bottom === undefined ||
    more.length > 0
  ) {
    throw wrong(
      '--outpaint',
      text,
      'left,top,right,bottom in pixels from 0 to 1024, e.g. 64,0,64,0',
    )
  }
  return { left, top, right, bottom }
}

/** "2", "2,latent" or "1.5,4x-model,0.5". @throws ReverieError `invalid_option` */
export function hiresOf(text: string): {
  readonly scale: number
  readonly upscaler?: string
  readonly strength?: number
} {
  const [first = '', upscaler, last, ...more] = text.split(',').map((part) => part.trim())
  const scale = numberIn(first, 1, 4)
  const strength = last === undefined ? undefined : numberIn(last, 0.01, 1)
  const isWrong = scale === undefined || (last !== undefined && strength === undefined)
  if (isWrong || upscaler === '' || more.length > 0) {
    throw wrong(
      '--hires',
      text,
      'scale from 1 to 4, then an upscaler, then a strength: 2,latent,0.6',
    )
  }
  return {
    scale,
    ...(upscaler === undefined ? {} : { upscaler }),
    ...(strength === undefined ? {} : { strength }),
  }
}

/** Between the file and the end; what is not one of these belongs to the file's name. */
const PREPROCESSORS = ['canny', 'none'] as const

interface Control {
  readonly model: string
  /** Path of the file. */
  readonly image: string
  readonly preprocessor?: (typeof PREPROCESSORS)[number]
  readonly weight?: number
}

/** "edges:cat.png", "edges:cat.png:canny:0.8". A file name may hold colons. @throws ReverieError `invalid_option` */
export function controlOf(text: string): Control {
  const [model = '', ...rest] = text.split(':')
  const weight = rest.length > 1 ? numberIn(rest.at(-1) ?? '', 0, 2) : undefined
  if (weight !== undefined) rest.pop()
  const preprocessor = PREPROCESSORS.find((each) => rest.length > 1 && each === rest.at(-1))
  if (preprocessor !== undefined) rest.pop()
  const image = rest.join(':')
  if (model === '' || image === '') {
    throw wrong('--control', text, 'model:file, then :canny and a :weight from 0 to 2 where wanted')
  }
  return {
    model,
    image,
    ...(preprocessor === undefined ? {} : { preprocessor }),
    ...(weight === undefined ? {} : { weight }),
  }
}
