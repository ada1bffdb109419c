import { ReverieError, SAMPLERS, type Sampler, SCHEDULES, type Schedule } from '@reverie/core'
import { didYouMean } from '../args/suggest.ts'

type Names = Readonly<Record<string, { readonly a1111: string }>>

const simple = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()

/** The id whose own or AUTOMATIC1111 name this is, whatever the case and the separators. */
const idOf = (names: Names, text: string): string | undefined =>
  Object.keys(names).find(
    (id) => simple(id) === simple(text) || simple(names[id]?.a1111 ?? '') === simple(text),
  )

const unknown = (flag: string, text: string, names: Names): ReverieError => {
  const known = Object.entries(names).flatMap(([id, { a1111 }]) => [id, a1111])
  return new ReverieError(
    'invalid_option',
    `--${flag} "${text}" is not known.${didYouMean(text, known)}`,
    { field: `--${flag}`, accepted: known.join(', ') },
  )
}

/** A schedule by either of its names. @throws ReverieError `invalid_option` */
export function scheduleNamed(text: string): Schedule {
  const id = idOf(SCHEDULES, text)
  if (id === undefined) throw unknown('schedule', text, SCHEDULES)
  return id as Schedule
}

/**
 * A sampler by either of its names; a schedule may follow, as older AUTOMATIC1111 wrote it: "DPM++ 2M Karras".
 * @throws ReverieError `invalid_option`
 */
export function samplerNamed(text: string): { sampler: Sampler; schedule?: Schedule } {
  const id = idOf(SAMPLERS, text)
  if (id !== undefined) return { sampler: id as Sampler }
  const [, head = '', tail = ''] = /^(.*\S)\s+(\S+)$/.exec(text.trim()) ?? []
  const [sampler, schedule] = [idOf(SAMPLERS, head), idOf(SCHEDULES, tail)]
  if (sampler === undefined || schedule === undefined) throw unknown('sampler', text, SAMPLERS)
  return { sampler: sampler as Sampler, schedule: schedule as Schedule }
}
