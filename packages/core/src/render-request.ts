import * as z from 'zod/mini'
import { Rng } from './job-spec.ts'
import { RENDER_LIMITS } from './limits.ts'
import { Sampler, Schedule } from './samplers.ts'
import { SeedInput } from './seed.ts'
import { requestedTechniques } from './techniques.ts'

const { side, steps, cfgScale, images, promptChars } = RENDER_LIMITS
const within = (range: { min: number; max: number }) =>
  [z.gte(range.min), z.lte(range.max)] as const

/** No PNG text can hold a NUL, and half a surrogate pair has no UTF-8: such a prompt could be rendered, but not put into the file. */
const isWritable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
const Text = z
  .string()
  .check(z.maxLength(promptChars), z.refine(isWritable, 'must be Unicode text without NUL'))

/** A prompt must say something; white space alone does not. */
const Prompt = Text.check(z.regex(/\S/, 'must not be empty'))

/**
 * What an artist sends. Everything but the prompt has a default: the model's manifest fills size, steps,
 * sampler, schedule and CFG scale; the seed is drawn; one image is made.
 */
export const RenderRequest = z.strictObject({
  prompt: Prompt,
  negativePrompt: z._default(Text, ''),
  /** Name or CID of a model in the catalogue; the coordinator's default model when absent. */
  model: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  width: z.optional(z.int().check(...within(side))),
  height: z.optional(z.int().check(...within(side))),
  steps: z.optional(z.int().check(...within(steps))),
  sampler: z.optional(Sampler),
  schedule: z.optional(Schedule),
  cfgScale: z.optional(z.number().check(...within(cfgScale))),
  seed: z.optional(SeedInput),
  /** How many images; image i uses seed + i. */
  n: z._default(z.int().check(...within(images)), 1),
  /** @defaultValue "torch-cpu" */
  rng: z.optional(Rng),
  ...requestedTechniques,
})
export type RenderRequest = z.infer<typeof RenderRequest>
/** A request before defaults are filled in. */
export type RenderRequestInput = z.input<typeof RenderRequest>
