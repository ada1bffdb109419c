import * as z from 'zod/mini'
import { ManifestCid, Sha256 } from './ids.ts'
import { RENDER_LIMITS } from './limits.ts'
import { Seed, SeedInput } from './seed.ts'

const { side, steps } = RENDER_LIMITS
const between = (min: number, max: number) => z.number().check(z.gte(min), z.lte(max))
const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max))

/** How prompts are written. `a1111`: (a:1.2), [a], BREAK, [a:b:0.5], [a|b], AND. `comfy`: (a:1.2) only, weighted around the empty prompt. `plain`: as it stands. */
export const PromptSyntax = z.enum(['a1111', 'comfy', 'plain'])
export type PromptSyntax = z.infer<typeof PromptSyntax>

/** How an input picture of another shape meets the render's size: squeezed, cut at its edges, or framed with its own edge colours. */
export const Fit = z.enum(['stretch', 'crop', 'pad'])
export type Fit = z.infer<typeof Fit>

/** What is under an inpainting mask before the first step: the picture itself, its surroundings' colours, noise, or zero latents. */
export const MaskFill = z.enum(['original', 'fill', 'noise', 'nothing'])
export type MaskFill = z.infer<typeof MaskFill>

/** Files that pictures are delivered in. */
export const ImageFormat = z.enum(['png', 'webp', 'jpeg'])
export type ImageFormat = z.infer<typeof ImageFormat>

/** How latents are made larger for the second pass; a model's name makes pixels larger instead. */
export const LATENT_UPSCALERS = ['latent', 'latent_bicubic', 'latent_nearest'] as const

/** Small integer pixels around a mask or a crop. */
const Margin = whole(0, 1024)

/** A picture to start from. `strength` is how much of it is redrawn: 1 keeps nothing. */
const Init = z.strictObject({
  image: Sha256,
  strength: z._default(between(0.01, 1), 0.75),
  fit: z._default(Fit, 'crop'),
})

/** Redraws only where the mask is white. Needs `init`; a mask of another size is refused. */
const Inpaint = z.strictObject({
  mask: Sha256,
  /** Redraws where the mask is black instead. */
  invert: z._default(z.boolean(), false),
  /** Radius of the blur of the mask's edge, pixels. */
  blur: z._default(whole(0, 64), 4),
  fill: z._default(MaskFill, 'original'),
  /** `masked` redraws the mask's surroundings at full resolution and pastes them back. */
  area: z._default(z.enum(['whole', 'masked']), 'whole'),
  /** Pixels around the mask that `area: masked` takes along. */
  padding: z._default(whole(0, 512), 32),
})

/** Adds a margin to each side of `init`, pixels, and draws it. The render's size is that of the larger picture. */
const Outpaint = z.strictObject({
  left: z._default(Margin, 0),
  top: z._default(Margin, 0),
  right: z._default(Margin, 0),
  bottom: z._default(Margin, 0),
})

/** Starts between the noise of the seed and that of another: 0 is the seed's own. */
const variationOf = <S extends z.ZodMiniType>(seed: S) =>
  z.strictObject({ seed, strength: between(0, 1) })

/**
 * What a picture's making may have beyond plain text-to-image; absent parts are not used. One definition for what an
 * artist asks (models by name, seeds as people write them) and for what a job states (models by CID, canonical seeds).
 */
const techniquesFor = <M extends z.ZodMiniType, S extends z.ZodMiniType>(model: M, seed: S) => ({
  /** @defaultValue "a1111" */
  promptSyntax: z.optional(PromptSyntax),
  /** 1 is the text encoder's last layer, 2 the one before, and so on. @defaultValue the model's own */
  clipSkip: z.optional(whole(1, 12)),
  /** Share of fresh noise in each step of samplers that draw some. @defaultValue 1 for ancestral and SDE samplers, 0 for DDIM */
  eta: z.optional(between(0, 1)),
  /** Pulls the spread of the guided prediction back to that of the text's own: 0 not at all, 1 wholly. @defaultValue 0 */
  cfgRescale: z.optional(between(0, 1)),
  variation: z.optional(variationOf(seed)),
  init: z.optional(Init),
  inpaint: z.optional(Inpaint),
  outpaint: z.optional(Outpaint),
  /** Draws at the render's size, enlarges and draws again. The finished picture is `scale` times as large. */
  hires: z.optional(
    z.strictObject({
      scale: z._default(between(1, 4), 2),
      upscaler: z._default(z.union([z.enum(LATENT_UPSCALERS), model]), 'latent'),
      /** @defaultValue those of the first pass */
      steps: z.optional(whole(steps.min, steps.max)),
      strength: z._default(between(0.01, 1), 0.6),
    }),
  ),
  control: z.optional(
    z
      .array(
        z.strictObject({
          model,
          image: Sha256,
          preprocessor: z._default(z.enum(['none', 'canny']), 'none'),
          weight: z._default(between(0, 2), 1),
          /** Share of the steps before it begins, and after which it ends. */
          start: z._default(between(0, 1), 0),
          end: z._default(between(0, 1), 1),
        }),
      )
      .check(z.maxLength(3)),
  ),
  loras: z.optional(
    z.array(z.strictObject({ model, weight: z._default(between(-4, 4), 1) })).check(z.maxLength(8)),
  ),
  /** Textual inversions: each is meant in a prompt by its model's name. */
  embeddings: z.optional(z.array(z.strictObject({ model })).check(z.maxLength(8))),
  /** A second model that takes over after this share of the steps. */
  refiner: z.optional(z.strictObject({ model, switchAt: z._default(between(0.01, 0.99), 0.8) })),
  restoreFaces: z.optional(z.strictObject({ model, strength: z._default(between(0, 1), 0.8) })),
  /** Enlarges the finished picture; where the model's own factor is another, its result is resized to `scale`. */
  upscale: z.optional(z.strictObject({ model, scale: z._default(between(1, 8), 4) })),
  /** A model that looks at the finished picture; one it flags is delivered blank and marked. */
  safety: z.optional(z.strictObject({ model })),
  /** @defaultValue "png" */
  format: z.optional(ImageFormat),
  /** Of WebP and JPEG, 1 to 100. @defaultValue 90 */
  quality: z.optional(whole(1, 100)),
  /** False leaves the settings, prompt included, out of the file. @defaultValue true */
  metadata: z.optional(z.boolean()),
})

/** Name or CID of a model. */
const ModelName = z.string().check(z.minLength(1), z.maxLength(200))

/** The parts of a request that go beyond plain text-to-image. */
export const requestedTechniques = techniquesFor(ModelName, SeedInput)

/** The same parts of a job: models by CID, every default filled in. */
export const jobTechniques = techniquesFor(ManifestCid, Seed)

const JobTechniques = z.strictObject(jobTechniques)
export type Techniques = z.infer<typeof JobTechniques>

/** Names of the technique fields, in one place for whoever copies them from a request to a job. */
export const TECHNIQUE_NAMES: readonly (keyof Techniques)[] = Object.keys(
  jobTechniques,
) as (keyof Techniques)[]

/** The techniques among other fields; absent ones stay absent, so that a job that uses none hashes as it always did. */
export const techniquesIn = (from: Techniques): Techniques =>
  Object.fromEntries(
    TECHNIQUE_NAMES.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])),
  )

/** Every further model that a job needs beside its own. */
export const furtherModels = (from: Techniques): readonly ManifestCid[] => {
  const { hires, control = [], loras = [], embeddings = [], refiner, restoreFaces, upscale } = from
  const upscaler = hires?.upscaler
  const isModel = upscaler !== undefined && !LATENT_UPSCALERS.some((each) => each === upscaler)
  const named = [
    ...(isModel ? [upscaler as ManifestCid] : []),
    ...[...control, ...loras, ...embeddings].map(({ model }) => model),
    ...[refiner, restoreFaces, upscale, from.safety].flatMap((each) => (each ? [each.model] : [])),
  ]
  return [...new Set(named)]
}

/** The parts that name input pictures, of a request as well as of a job. */
interface NamesInputs {
  readonly init?: { readonly image: Sha256 } | undefined
  readonly inpaint?: { readonly mask: Sha256 } | undefined
  readonly control?: readonly { readonly image: Sha256 }[] | undefined
}

/** Every input picture that a job reads, by hash. */
export const inputsOf = (from: NamesInputs): readonly Sha256[] => [
  ...new Set([
    ...(from.init ? [from.init.image] : []),
    ...(from.inpaint ? [from.inpaint.mask] : []),
    ...(from.control ?? []).map(({ image }) => image),
  ]),
]

interface Size {
  readonly width: number
  readonly height: number
}

type Sized = Size & Pick<Techniques, 'hires' | 'upscale'>

/** What the model draws last, pixels: the render's size, or the hires pass's, a multiple of 8. */
export const drawnSize = ({ width, height, hires }: Sized): Size => {
  if (hires === undefined) return { width, height }
  const scaled = (pixels: number) => Math.max(side.min, Math.round((pixels * hires.scale) / 8) * 8)
  return { width: scaled(width), height: scaled(height) }
}

/** Size of the finished picture, pixels. */
export const finishedSize = (job: Sized): Size => {
  const { width, height } = drawnSize(job)
  const scale = job.upscale?.scale ?? 1
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}
