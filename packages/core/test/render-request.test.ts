import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { RENDER_LIMITS, RenderRequest } from '../src/index.ts'

const accepts = (request: unknown) => z.safeParse(RenderRequest, request).success

describe('a render request', () => {
  it('needs nothing but a prompt', () => {
    expect(z.parse(RenderRequest, { prompt: 'red apple' })).toEqual({
      prompt: 'red apple',
      negativePrompt: '',
      n: 1,
    })
  })

  it.each([
    {},
    { prompt: '' },
    { prompt: '  \n' },
    { prompt: 'x'.repeat(RENDER_LIMITS.promptChars + 1) },
    { prompt: 'a\0b' },
    { prompt: 'a\ud800b' },
    { prompt: 'x', negativePrompt: 'a\0b' },
    { prompt: 'x', steps: 0 },
    { prompt: 'x', steps: 10_000 },
    { prompt: 'x', steps: 2.5 },
    { prompt: 'x', width: 0 },
    { prompt: 'x', height: 100_000 },
    { prompt: 'x', cfgScale: Number.NaN },
    { prompt: 'x', cfgScale: Number.POSITIVE_INFINITY },
    { prompt: 'x', n: 0 },
    { prompt: 'x', n: 1_000 },
    { prompt: 'x', sampler: 'best' },
    { prompt: 'x', seed: -1 },
    { prompt: 'x', colour: 'red' },
    null,
    [],
    'x',
  ])('refuses %j', (request) => {
    expect(accepts(request)).toBe(false)
  })

  it('parses or refuses anything, and never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof accepts(value) === 'boolean'))
  })
})
