import {
  Fit,
  ImageFormat,
  MaskFill,
  PromptSyntax,
  type RenderRequestInput,
  ReverieError,
  Rng,
} from '@reverie/core'
import * as z from 'zod/mini'
import { parseValues } from '../args/parse-input.ts'
import { decimal, oneOf, wholeNumber } from '../args/values.ts'
import { controlOf, hiresOf, marginsOf, namedWith, variationOf } from './compound-values.ts'

const File = z.string().check(z.minLength(1))
const Name = z.string().check(z.minLength(1))

const Values = z.object({
  syntax: z.optional(oneOf(PromptSyntax.options)),
  'clip-skip': z.optional(wholeNumber(1, 12)),
  variation: z.optional(z.string()),
  rng: z.optional(oneOf(Rng.options)),
  eta: z.optional(decimal(0, 1)),
  'cfg-rescale': z.optional(decimal(0, 1)),
  init: z.optional(File),
  strength: z.optional(decimal(0.01, 1)),
  fit: z.optional(oneOf(Fit.options)),
  mask: z.optional(File),
  'invert-mask': z.optional(z.boolean()),
  'mask-blur': z.optional(wholeNumber(0, 64)),
  fill: z.optional(oneOf(MaskFill.options)),
  'only-masked': z.optional(z.boolean()),
  'mask-padding': z.optional(wholeNumber(0, 512)),
  outpaint: z.optional(z.string()),
  lora: z._default(z.array(z.string()), []),
  embedding: z._default(z.array(Name), []),
  control: z._default(z.array(z.string()), []),
  refiner: z.optional(z.string()),
  safety: z.optional(Name),
  hires: z.optional(z.string()),
  upscale: z.optional(z.string()),
  'restore-faces': z.optional(z.string()),
  format: z.optional(oneOf(ImageFormat.options)),
  quality: z.optional(wholeNumber(1, 100)),
  'no-metadata': z.optional(z.boolean()),
})
type Values = z.infer<typeof Values>

/** Flags that mean nothing without another one. */
const NEEDS: readonly (readonly [flag: keyof Values, needed: 'init' | 'mask'])[] = [
  ['strength', 'init'],
  ['fit', 'init'],
  ['mask', 'init'],
  ['outpaint', 'init'],
  ['invert-mask', 'mask'],
  ['mask-blur', 'mask'],
  ['fill', 'mask'],
  ['only-masked', 'mask'],
  ['mask-padding', 'mask'],
]

function checkNeeds(flags: Values): void {
  for (const [flag, needed] of NEEDS) {
    if (flags[flag] === undefined || flags[needed] !== undefined) continue
    throw new ReverieError('invalid_option', `--${flag} needs --${needed} <file>.`, {
      field: `--${flag}`,
      accepted: `--${needed} <file>`,
    })
  }
}

/** Leaves out what was not said. */
const said = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** Parts of a request as flags say them: where the API takes the hash of a picture, the path of a file. */
export interface TechniqueOptions {
  readonly request: Partial<RenderRequestInput>
  /** Paths in the request that stand for pictures. */
  readonly files: readonly string[]
}

/** @throws ReverieError `invalid_option` naming the flag */
export function parseTechniqueOptions(values: unknown): TechniqueOptions {
  const flags = parseValues(Values, values)
  checkNeeds(flags)
  const controls = flags.control.map(controlOf)
  const { init, mask, safety } = flags
  const request = said({
    promptSyntax: flags.syntax,
    clipSkip: flags['clip-skip'],
    variation: optional(flags.variation, variationOf),
    rng: flags.rng,
    eta: flags.eta,
    cfgRescale: flags['cfg-rescale'],
    init:
      init === undefined
        ? undefined
        : { image: init, ...said({ strength: flags.strength, fit: flags.fit }) },
    inpaint: mask === undefined ? undefined : { mask, ...maskOf(flags) },
    outpaint: optional(flags.outpaint, marginsOf),
    loras: listOf(flags.lora.map((each) => namedWith('weight', '--lora', each, -4, 4))),
    embeddings: listOf(flags.embedding.map((model) => ({ model }))),
    control: listOf(controls),
    refiner: optional(flags.refiner, (each) =>
      namedWith('switchAt', '--refiner', each, 0.01, 0.99),
    ),
    safety: optional(safety, (model) => ({ model })),
    hires: optional(flags.hires, hiresOf),
    upscale: optional(flags.upscale, (each) => namedWith('scale', '--upscale', each, 1, 8)),
    restoreFaces: optional(flags['restore-faces'], (each) =>
      namedWith('strength', '--restore-faces', each, 0, 1),
    ),
    format: flags.format,
    quality: flags.quality,
    metadata: flags['no-metadata'] === true ? false : undefined,
  })
  const files = [init, mask, ...controls.map(({ image }) => image)]
  return {
    request: request as Partial<RenderRequestInput>,
    files: [...new Set(files.filter((file) => file !== undefined))],
  }
}

const maskOf = (flags: Values) =>
  said({
    invert: flags['invert-mask'],
    blur: flags['mask-blur'],
    fill: flags.fill,
    area: flags['only-masked'] === true ? ('masked' as const) : undefined,
    padding: flags['mask-padding'],
  })

const listOf = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length > 0 ? list : undefined

const optional = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
  text === undefined ? undefined : parse(text)
