import { describe, expect, it } from 'vitest'
import { ERROR_CODE_NAMES, ERROR_CODES, isReverieError, ReverieError } from '../../src/index.ts'

describe('a Reverie error', () => {
  it('crosses processes as plain data', () => {
    const error = new ReverieError('unsupported_by_model', 'steps 0', {
      field: 'steps',
      accepted: '1 to 150',
    })
    const copy = ReverieError.fromObject(structuredClone(error.toObject()))
    expect(copy.toObject()).toEqual(error.toObject())
    expect(copy.status).toBe(422)
  })

  it('keeps the original of a foreign error as its cause and does not wrap its own', () => {
    const cause = new Error('disk on fire')
    const wrapped = ReverieError.from(cause, 'storage_unavailable')
    expect(wrapped).toMatchObject({ code: 'storage_unavailable', message: 'disk on fire', cause })
    expect(ReverieError.from(wrapped)).toBe(wrapped)
  })

  it('is told from others by name and code, not by class', () => {
    const twin = Object.assign(new Error('x'), { name: 'ReverieError', code: 'internal' })
    expect(isReverieError(twin)).toBe(true)
    expect(isReverieError(Object.assign(new Error('x'), { code: 'internal' }))).toBe(false)
    expect(isReverieError('internal')).toBe(false)
  })

  it.each(ERROR_CODE_NAMES)('%s has a status of its kind', (code) => {
    const { kind, status } = ERROR_CODES[code]
    expect(kind === 'user').toBe(status < 500)
  })
})
