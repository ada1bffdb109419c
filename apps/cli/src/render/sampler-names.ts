import {
  ReverieError,
  SAMPLERS,
  type Sampler,
  SCHEDULES,
  type Schedule,
  samplerNamed as samplerOf,
  scheduleNamed as scheduleOf,
} from '@reverie/core'
import { didYouMean } from '../args/suggest.ts'

type Names = Readonly<Record<string, { readonly a1111: readonly string[] }>>

const unknown = (flag: string, text: string, names: Names): ReverieError => {
  const known = Object.entries(names).flatMap(([id, { a1111 }]) => [id, ...a1111.slice(0, 1)])
  return new ReverieError(
    'invalid_option',
    `--${flag} "${text}" is not known.${didYouMean(text, known)}`,
    { field: `--${flag}`, accepted: known.join(', ') },
  )
}

/** A schedule by our name or any system's. @throws ReverieError `invalid_option` */
export function scheduleNamed(text: string): Schedule {
  const schedule = scheduleOf(text)
  if (schedule === undefined) throw unknown('schedule', text, SCHEDULES)
  return schedule
}

/**
 * A sampler by our name or any system's; a schedule may follow, as older AUTOMATIC1111 wrote it: "DPM++ 2M Karras".
 * @throws ReverieError `invalid_option`
 */
export function samplerNamed(text: string): {
  readonly sampler: Sampler
  readonly schedule?: Schedule
} {
  const named = samplerOf(text)
  if (named === undefined) throw unknown('sampler', text, SAMPLERS)
  return named
}
