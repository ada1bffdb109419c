import { RenderRequest, ReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedBy, parsePart } from '../../src/index.ts'

function refusal(value: unknown): ReverieError {
  try {
    parsePart(RenderRequest, value, 'body')
  } catch (error) {
    if (error instanceof ReverieError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parsePart', () => {
  it('fills in defaults', () => {
    expect(parsePart(RenderRequest, { prompt: 'x' }, 'body')).toEqual({
      prompt: 'x',
      negativePrompt: '',
      n: 1,
    })
  })

  it('says what was sent, what is taken and where', () => {
    expect(refusal({ prompt: 'x', steps: 0 }).message).toBe(
      'steps is 0; it must be a whole number, 1 to 500.',
    )
    expect(refusal({ prompt: 'x', cfgScale: 0.5 }).message).toBe(
      'cfgScale is 0.5; it must be 1 to 100.',
    )
    expect(refusal({ prompt: 'x', sampler: 'magic' }).message).toContain('sampler is "magic"')
    expect(refusal({}).message).toContain('prompt is missing from the body')
    expect(refusal([]).message).toMatch(/^The body must be an object with the fields prompt/)
  })

  it('never repeats a prompt, however wrong the rest is', () => {
    const prompt = fc.stringMatching(/^[a-z]{30,60}$/)
    fc.assert(
      fc.property(prompt, fc.anything(), (text, steps) => {
        fc.pre(!Number.isInteger(steps) && steps !== undefined)
        const error = refusal({ prompt: [text], steps })
        expect(JSON.stringify([error.message, error.facts])).not.toContain(text)
      }),
    )
  })

  it('answers every wrong value with invalid_parameter, never with a crash', () => {
    const fields = fc.constantFrom(...Object.keys(RenderRequest.shape), 'extra', '__proto__')
    fc.assert(
      fc.property(fc.dictionary(fields, fc.anything(), { noNullPrototype: true }), (body) => {
        try {
          parsePart(RenderRequest, body, 'body')
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_parameter' })
        }
      }),
    )
  })
})

describe('acceptedBy', () => {
  it('has words for every field of a render request', () => {
    for (const schema of Object.values(RenderRequest.shape)) {
      expect(acceptedBy(schema)).not.toMatch(/unknown|undefined/)
    }
  })
})
