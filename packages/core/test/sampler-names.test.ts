import { describe, expect, it } from 'vitest'
import {
  type NamingSystem,
  nameOfSampler,
  nameOfSchedule,
  SAMPLERS,
  Sampler,
  SCHEDULES,
  Schedule,
  samplerFrom,
  samplerNamed,
  samplerNames,
  scheduleFrom,
  scheduleNamed,
  scheduleNames,
} from '../src/index.ts'

const SYSTEMS: readonly NamingSystem[] = ['a1111', 'horde', 'comfy', 'diffusers', 'sogni']
const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, '')

/** Names of `table` in `system`, each with the id it stands for. */
const pairs = (
  table: Readonly<Record<string, { readonly [key: string]: unknown }>>,
  system: NamingSystem,
) =>
  Object.entries(table).flatMap(([id, facts]) =>
    ((facts[system] ?? []) as readonly string[]).map((name) => [plain(name), id] as const),
  )

describe.each(SYSTEMS)('names of %s', (system) => {
  it.each([SAMPLERS, SCHEDULES])('stand for one thing each', (table) => {
    const all = pairs(table, system)
    expect(new Set(all.map(([name]) => name)).size).toBe(all.length)
  })

  it('are read back as what they were written for', () => {
    for (const sampler of Sampler.options) {
      const name = nameOfSampler(system, sampler)
      if (name !== undefined) expect(samplerFrom(system, name.toUpperCase())).toBe(sampler)
    }
    for (const schedule of Schedule.options) {
      const name = nameOfSchedule(system, schedule)
      if (name !== undefined) expect(scheduleFrom(system, ` ${name} `)).toBe(schedule)
    }
  })
})

describe('names of any system', () => {
  it('do not contradict each other or our own', () => {
    for (const sampler of Sampler.options) {
      for (const name of samplerNames(sampler)) expect(samplerNamed(name)).toEqual({ sampler })
    }
    for (const schedule of Schedule.options) {
      for (const name of scheduleNames(schedule)) expect(scheduleNamed(name)).toBe(schedule)
    }
  })

  it.each([
    ['DPM++ 2M Karras', 'dpmpp_2m', 'karras'],
    ['dpm++  2m sde   exponential', 'dpmpp_2m_sde', 'exponential'],
    ['Euler a SGM Uniform', 'euler_ancestral', 'sgm_uniform'],
    ['k_euler karras', 'euler', 'karras'],
    ['UniPC Align Your Steps', 'unipc', 'ays'],
  ])('may be followed by a schedule: %s', (text, sampler, schedule) => {
    expect(samplerNamed(text)).toEqual({ sampler, schedule })
  })

  it.each(['', ' ', 'karras', 'Euler Turbo', 'DPM++ 2M Karras Karras', '__proto__', 'constructor'])(
    'are not found in %j',
    (text) => {
      expect(samplerNamed(text)).toBeUndefined()
    },
  )
})

it('knows nothing by names of another system', () => {
  expect(samplerFrom('horde', 'DPM++ 2M SDE')).toBeUndefined()
  expect(samplerFrom('comfy', 'k_euler')).toBeUndefined()
  expect(scheduleFrom('horde', 'karras')).toBeUndefined()
  expect(nameOfSampler('comfy', 'plms')).toBeUndefined()
  expect(nameOfSampler('horde', 'unipc')).toBe('uni_pc')
})
