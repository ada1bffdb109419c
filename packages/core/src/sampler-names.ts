import { SAMPLERS, type Sampler, SCHEDULES, type Schedule } from './samplers.ts'

/** Systems whose names for samplers and schedules are known; the key of their column in the tables. */
export type NamingSystem = 'a1111' | 'horde' | 'comfy' | 'diffusers' | 'sogni'

type NamesElsewhere = { readonly [system in NamingSystem]?: readonly string[] }
type NameTable<Id extends string> = Readonly<Record<Id, NamesElsewhere>>

const samplers: NameTable<Sampler> = SAMPLERS
const schedules: NameTable<Schedule> = SCHEDULES
const SYSTEMS: readonly NamingSystem[] = ['a1111', 'horde', 'comfy', 'diffusers', 'sogni']

/** People and systems differ in case and separators only: "DPM++ 2M", "dpm++_2m". */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, '')

const idsIn = <Id extends string>(table: NameTable<Id>): Id[] => Object.keys(table) as Id[]

function find<Id extends string>(
  table: NameTable<Id>,
  text: string,
  namesOf: (id: Id) => readonly string[],
): Id | undefined {
  const wanted = plain(text)
  return idsIn(table).find((id) => namesOf(id).some((name) => plain(name) === wanted))
}

/** The sampler that `system` calls so, whatever the case and the separators; undefined where it calls none so. */
export const samplerFrom = (system: NamingSystem, name: string): Sampler | undefined =>
  find(samplers, name, (id) => samplers[id][system] ?? [])

/** The schedule that `system` calls so, whatever the case and the separators; undefined where it calls none so. */
export const scheduleFrom = (system: NamingSystem, name: string): Schedule | undefined =>
  find(schedules, name, (id) => schedules[id][system] ?? [])

/** What to call a sampler towards `system`; undefined where it has no such sampler. */
export const nameOfSampler = (system: NamingSystem, sampler: Sampler): string | undefined =>
  samplers[sampler][system]?.[0]

/** What to call a schedule towards `system`; undefined where it has no such schedule. */
export const nameOfSchedule = (system: NamingSystem, schedule: Schedule): string | undefined =>
  schedules[schedule][system]?.[0]

const namesAnywhere = <Id extends string>(table: NameTable<Id>, id: Id): string[] => [
  id,
  ...SYSTEMS.flatMap((system) => table[id][system] ?? []),
]

/** Every name that {@link samplerNamed} takes, our own first. */
export const samplerNames = (sampler: Sampler): string[] => namesAnywhere(samplers, sampler)

/** Every name that {@link scheduleNamed} takes, our own first. */
export const scheduleNames = (schedule: Schedule): string[] => namesAnywhere(schedules, schedule)

const AUTOMATIC: Readonly<Partial<Record<Sampler, Schedule>>> = {
  dpm_2: 'karras',
  dpm_2_ancestral: 'karras',
  dpmpp_2s_ancestral: 'karras',
  dpmpp_2m: 'karras',
  dpmpp_sde: 'karras',
  dpmpp_2m_sde: 'exponential',
  dpmpp_3m_sde: 'exponential',
}

/** The schedule that AUTOMATIC1111 calls "Automatic": what suits the sampler. */
export const automaticSchedule = (sampler: Sampler): Schedule => AUTOMATIC[sampler] ?? 'normal'

/** A schedule by our name or any system's. */
export const scheduleNamed = (text: string): Schedule | undefined =>
  find(schedules, text, scheduleNames)

/**
 * A sampler by our name or any system's. A schedule may follow after a space, as AUTOMATIC1111 wrote it before 1.9:
 * "DPM++ 2M Karras".
 */
export function samplerNamed(
  text: string,
): { readonly sampler: Sampler; readonly schedule?: Schedule } | undefined {
  const whole = find(samplers, text, samplerNames)
  if (whole !== undefined) return { sampler: whole }
  for (const { index } of text.trim().matchAll(/\s+/g)) {
    const sampler = find(samplers, text.trim().slice(0, index), samplerNames)
    const schedule = scheduleNamed(text.trim().slice(index))
    if (sampler !== undefined && schedule !== undefined) return { sampler, schedule }
  }
  return undefined
}
