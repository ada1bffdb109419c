import { MAX_IMAGE_BYTES } from '@reverie/core'
import { expect, it } from 'vitest'
import { requireDeliverable } from '../../src/host/check-request.ts'

const size = { width: 4096, height: 4096 }

it('takes a file of the largest size that can be delivered', () => {
  expect(() => requireDeliverable(new Uint8Array(MAX_IMAGE_BYTES), size, 'png')).not.toThrow()
})

it.each([
  ['png', 'webp, jpeg or a smaller picture'],
  ['webp', 'a smaller picture'],
] as const)('says what to ask for in place of a larger %s', (format, accepted) => {
  const file = new Uint8Array(MAX_IMAGE_BYTES + 1)
  expect(() => requireDeliverable(file, size, format)).toThrow(
    expect.objectContaining({ code: 'unsupported_by_model', facts: { field: 'format', accepted } }),
  )
})
