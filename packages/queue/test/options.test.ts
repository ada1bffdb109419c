import { describe, expect, it } from 'vitest'
import { compileQueueOptions, DEFAULT_QUEUE_OPTIONS } from '../src/options.ts'

describe('compileQueueOptions', () => {
  it('fills in the defaults and freezes the result', () => {
    expect(compileQueueOptions({})).toEqual(DEFAULT_QUEUE_OPTIONS)
    expect(compileQueueOptions({ name: 'other' })).toMatchObject({ name: 'other', claimMs: 5_000 })
    expect(Object.isFrozen(compileQueueOptions({}))).toBe(true)
  })

  it.each(['', 'a/b', 'a b', 'x'.repeat(41)])(
    'refuses "%s" as a name, which would mix queues up',
    (name) => {
      expect(() => compileQueueOptions({ name })).toThrow(/letters, digits and dashes/)
    },
  )

  it.each([
    { claimMs: 1_000, renewMs: 900, expiryCheckMs: 100 },
    { renewMs: 0 },
    { expiryCheckMs: -1 },
    { claimMs: Number.NaN },
  ])('refuses times under which claims of a live process expire: %j', (options) => {
    expect(() => compileQueueOptions(options)).toThrow(/claimMs/)
  })
})
