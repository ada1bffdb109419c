import { ReverieError } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { databaseError } from '../src/database-error.ts'

const failure = (code: string) => Object.assign(new Error('refused'), { code })

describe('databaseError', () => {
  it.each(['53100', '58030', 'XX000', '25006'])('calls SQLSTATE %s unavailable', (state) => {
    const cause = failure(state)
    const error = databaseError(cause)
    expect(error).toMatchObject({ code: 'storage_unavailable', facts: { state } })
    expect(error.cause).toBe(cause)
  })

  it.each(['22P05', '23505', '42601'])('calls SQLSTATE %s a bug of ours', (state) => {
    expect(databaseError(failure(state))).toMatchObject({ code: 'internal', facts: { state } })
  })

  it('calls anything else unavailable and lets errors of ours pass', () => {
    expect(databaseError('gone')).toMatchObject({ code: 'storage_unavailable' })
    const ours = new ReverieError('idempotency_conflict', 'used before')
    expect(databaseError(ours)).toBe(ours)
  })
})
