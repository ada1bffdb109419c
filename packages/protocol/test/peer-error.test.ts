import { ERROR_CODE_NAMES, type ErrorObject, ReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import {
  boundedError,
  encodeCanonical,
  isFinalRefusal,
  MESSAGE_LIMITS,
  parseValue,
  peerError,
} from '../src/index.ts'

const wild: fc.Arbitrary<ErrorObject> = fc.record({
  code: fc.constantFrom(...ERROR_CODE_NAMES),
  message: fc.string({ unit: 'binary', maxLength: 3_000 }),
  facts: fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.double(),
      fc.boolean(),
      fc.constant(undefined),
    ),
    { maxKeys: 30 },
  ),
})

describe('errors between peers', () => {
  it('fit the wire whatever they were, once bounded', () => {
    fc.assert(
      fc.property(wild, (error) => {
        const bounded = boundedError(error)
        const bytes = encodeCanonical({ type: 'fault', error: bounded })
        expect(bytes.length).toBeLessThanOrEqual(MESSAGE_LIMITS.job.fault)
        expect(z.safeParse(peerError('internal'), bounded).success).toBe(true)
        expect(bounded.code).toBe(error.code)
      }),
    )
  })

  it('never cut a character in half', () => {
    const { message } = boundedError({
      code: 'internal',
      message: `${'x'.repeat(999)}😀`,
      facts: {},
    })
    expect(message.isWellFormed()).toBe(true)
    expect(message).toBe('x'.repeat(999))
  })

  it('keep the sentence and lose a code that only a newer peer knows', () => {
    const error = { code: 'gpu_on_fire', message: 'the GPU is on fire', facts: {} }
    expect(parseValue(peerError('engine_failed'), error, 'error')).toEqual({
      code: 'engine_failed',
      message: 'the GPU is on fire',
      facts: {},
    })
  })

  it('are refused when longer than they may be', () => {
    const error = { code: 'internal', message: 'x'.repeat(1_001), facts: {} }
    expect(() => parseValue(peerError('internal'), error, 'error')).toThrow(ReverieError)
  })

  it('are final refusals only where the coordinator says so', () => {
    const refused = (facts: ErrorObject['facts']): ErrorObject => ({
      code: 'peer_refused',
      message: 'no',
      facts,
    })
    expect(isFinalRefusal(refused({ final: true }))).toBe(true)
    expect(isFinalRefusal(refused({}))).toBe(false)
    expect(isFinalRefusal({ ...refused({ final: true }), code: 'shutting_down' })).toBe(false)
  })
})
