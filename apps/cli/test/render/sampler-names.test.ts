import { SAMPLERS, SCHEDULES } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { samplerNamed, scheduleNamed } from '../../src/render/sampler-names.ts'

describe('samplerNamed', () => {
  it.each(Object.entries(SAMPLERS))('takes both names of %s', (id, { a1111 }) => {
    expect(samplerNamed(id)).toEqual({ sampler: id })
    expect(samplerNamed(a1111[0])).toEqual({ sampler: id })
    expect(samplerNamed(a1111[0].toUpperCase())).toEqual({ sampler: id })
  })

  it('reads a schedule after the sampler, as older AUTOMATIC1111 wrote it', () => {
    expect(samplerNamed('DPM++ 2M Karras')).toEqual({ sampler: 'dpmpp_2m', schedule: 'karras' })
  })

  it('suggests a name for a mistyped one', () => {
    expect(() => samplerNamed('eulr')).toThrow('Did you mean euler?')
    expect(() => samplerNamed('eulr karras')).toThrow('is not known')
  })
})

describe('scheduleNamed', () => {
  it.each(Object.keys(SCHEDULES))('takes %s', (id) => {
    expect(scheduleNamed(id)).toBe(id)
  })

  it('refuses an unknown one and lists what there is', () => {
    expect(() => scheduleNamed('cubic')).toThrow('--schedule "cubic" is not known.')
  })
})
