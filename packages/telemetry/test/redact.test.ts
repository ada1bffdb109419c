import { ReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../src/index.ts'

describe('redact', () => {
  it('replaces prompts and keys at any depth and under any spelling', () => {
    const safe = redact({
      prompt: 'a secret garden',
      request: { headers: { Authorization: 'Bearer x', 'X-API-Key': 'y' }, negative_prompt: 'z' },
      steps: 20,
    })
    expect(safe).toEqual({
      prompt: '[redacted]',
      request: {
        headers: { Authorization: '[redacted]', 'X-API-Key': '[redacted]' },
        negative_prompt: '[redacted]',
      },
      steps: 20,
    })
  })

  it('never lets an API key through, wherever it stands', () => {
    const key = fc.stringMatching(/^rvk_[A-Za-z0-9_-]{43}$/)
    fc.assert(
      fc.property(fc.string(), key, fc.string(), (before, secret, after) => {
        const error = new Error(`${before} ${secret} ${after}`, { cause: new Error(secret) })
        const text = JSON.stringify(redact({ url: `/x?k=${secret}`, list: [secret], error }))
        expect(text).not.toContain(secret)
      }),
    )
  })

  it('keeps the code, the facts and the cause of an error', () => {
    const error = new ReverieError(
      'storage_unavailable',
      'The disk is full.',
      { bytes: 7 },
      { cause: new Error('ENOSPC') },
    )
    expect(redact(error)).toMatchObject({
      code: 'storage_unavailable',
      facts: { bytes: 7 },
      cause: { message: 'ENOSPC' },
    })
  })

  it('ends on values that contain themselves', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(JSON.stringify(redact(loop))).toContain('[deep]')
  })
})
