import { RENDER_LIMITS, ReverieError, SeedInput } from '@reverie/core'
import * as z from 'zod/mini'
import { parseValues } from '../args/parse-input.ts'
import { decimal, wholeNumber } from '../args/values.ts'
import type { Flags, Input } from '../command.ts'
import type { OpenRequest } from './reuse-settings.ts'
import { samplerNamed, scheduleNamed } from './sampler-names.ts'
import { TECHNIQUE_FLAGS } from './technique-flags.ts'
import { parseTechniqueOptions } from './technique-options.ts'

const { steps, cfgScale, images, side } = RENDER_LIMITS

export const RENDER_FLAGS: Flags = {
  negative: { type: 'string', value: '<text>', about: 'what the picture should not show' },
  size: { type: 'string', value: '<WxH>', about: "pixels, e.g. 128x128 (default: the model's)" },
  steps: { type: 'string', value: '<n>', about: `${steps.min} to ${steps.max}` },
  sampler: { type: 'string', value: '<name>', about: 'e.g. euler_ancestral or "DPM++ 2M Karras"' },
  schedule: {
    type: 'string',
    value: '<name>',
    about: 'e.g. karras, sgm_uniform, "Align Your Steps"',
  },
  cfg: { type: 'string', value: '<x>', about: 'how closely to follow the prompt' },
  seed: { type: 'string', value: '<n>', about: 'same seed, same picture (default: drawn)' },
  count: { type: 'string', short: 'n', value: '<n>', about: 'how many pictures (default 1)' },
  model: { type: 'string', value: '<name>', about: "name or CID (default: the coordinator's)" },
  out: {
    type: 'string',
    value: '<path>',
    about: 'a .png, .webp or .jpg file or a folder (default: here)',
  },
  settings: {
    type: 'string',
    value: '<file>',
    about: 'fill in what is left open from any picture that says how it was made',
  },
  ...TECHNIQUE_FLAGS,
}

const Values = z.object({
  negative: z.optional(z.string()),
  size: z.optional(
    z.string().check(z.regex(/^\d{1,5}(x\d{1,5})?$/i, 'must be WxH in pixels, e.g. 128x128')),
  ),
  steps: z.optional(wholeNumber(steps.min, steps.max)),
  sampler: z.optional(z.string()),
  schedule: z.optional(z.string()),
  cfg: z.optional(decimal(cfgScale.min, cfgScale.max)),
  seed: z.optional(SeedInput),
  count: z._default(wholeNumber(images.min, images.max), 1),
  model: z.optional(z.string()),
  settings: z.optional(z.string().check(z.minLength(1))),
  out: z._default(z.string().check(z.minLength(1)), '.'),
})

/** A request, the pictures that it names by their paths, and where its own go. @throws ReverieError `invalid_option` */
export function parseRenderOptions({ operands, values }: Input): {
  /** Without a prompt only where settings are taken from a file. */
  readonly request: OpenRequest
  readonly settings: string | undefined
  /** Paths in the place of hashes: see `uploadPictures`. */
  readonly files: readonly string[]
  readonly out: string
} {
  const flags = parseValues(Values, values)
  const [width, height = width] = flags.size?.toLowerCase().split('x').map(Number) ?? []
  for (const pixels of [width, height]) {
    if (pixels === undefined || (pixels >= side.min && pixels <= side.max)) continue
    throw new ReverieError('invalid_option', `--size ${flags.size}: a side is ${pixels} pixels`, {
      field: '--size',
      accepted: `${side.min} to ${side.max} pixels a side`,
    })
  }
  const techniques = parseTechniqueOptions(values)
  return {
    files: techniques.files,
    request: {
      ...techniques.request,
      ...(operands.length === 0 && flags.settings !== undefined
        ? {}
        : { prompt: promptOf(operands) }),
      n: flags.count,
      ...(flags.negative === undefined ? {} : { negativePrompt: flags.negative }),
      ...(width === undefined ? {} : { width, height }),
      ...(flags.steps === undefined ? {} : { steps: flags.steps }),
      ...(flags.sampler === undefined ? {} : samplerNamed(flags.sampler)),
      ...(flags.schedule === undefined ? {} : { schedule: scheduleNamed(flags.schedule) }),
      ...(flags.cfg === undefined ? {} : { cfgScale: flags.cfg }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
    },
    settings: flags.settings,
    out: flags.out,
  }
}

function promptOf(operands: readonly string[]): string {
  const [prompt, ...more] = operands
  if (prompt === undefined || !/\S/.test(prompt)) {
    throw new ReverieError('invalid_option', 'The prompt is missing.', {
      field: 'prompt',
      accepted: 'text in quotes, e.g. "red apple, 3d style"',
    })
  }
  if (more.length === 0) return prompt
  throw new ReverieError(
    'invalid_option',
    `The prompt must be one argument, but there are ${operands.length}: put it in quotes.`,
    { field: 'prompt', accepted: `"${operands.join(' ')}"` },
  )
}
