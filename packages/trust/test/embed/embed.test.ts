import { encodeCanonical } from '@reverie/protocol'
import fc from 'fast-check'
import { base64url } from 'multiformats/bases/base64'
import { describe, expect, it } from 'vitest'
import { embedReceipt, readEmbedded } from '../../src/index.ts'
import { readPngChunks } from '../../src/png/chunks.ts'
import { readPngText, removePngText, writePngText } from '../../src/png/index.ts'
import { samplePng } from '../png/sample.ts'
import { signedImage } from '../receipt/sample-receipt.ts'

const { file, image, receipt, spec } = await signedImage()
const carrying = (text: string, international = true) =>
  writePngText(image, [{ keyword: 'reverie', text, international }])

describe('an image with its receipt', () => {
  it('gives both back, and itself without them', () => {
    expect(readEmbedded(file)).toEqual({ receipt, spec })
    expect(removePngText(file, 'reverie')).toEqual(image)
  })

  it('carries prompts of any script', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 50 }), async (prompt) => {
        const signed = await signedImage({ prompt })
        expect(readEmbedded(signed.file)?.spec?.prompt).toBe(prompt)
      }),
      { numRuns: 10 },
    )
  })

  it('carries the largest request there can be', async () => {
    const longest = '語'.repeat(8_000)
    const signed = await signedImage({ prompt: longest, negativePrompt: longest })
    expect(readEmbedded(signed.file)?.spec?.prompt).toBe(longest)
  })

  it('may keep the request out', () => {
    const discreet = embedReceipt(image, { receipt })
    expect(readEmbedded(discreet)).toEqual({ receipt, spec: undefined })
    expect(Buffer.from(discreet).includes('request"')).toBe(false)
  })

  it('carries them as iTXt with versioned JSON', () => {
    const chunk = readPngChunks(file).at(-2)
    expect(chunk?.type).toBe('iTXt')
    const text = readPngText(file).find(({ keyword }) => keyword === 'reverie')?.text ?? ''
    expect(JSON.parse(text)).toEqual({
      v: 1,
      receipt: base64url.baseEncode(encodeCanonical(receipt)),
      request: base64url.baseEncode(encodeCanonical(spec)),
    })
  })

  it('takes no second one', () => {
    expect(() => embedReceipt(file, { receipt, spec })).toThrow(
      expect.objectContaining({ code: 'result_image_invalid' }),
    )
    const text = readPngText(file).find(({ keyword }) => keyword === 'reverie')?.text ?? ''
    expect(() => readEmbedded(writePngText(file, [{ keyword: 'reverie', text }]))).toThrow(
      /carries 2 receipts/,
    )
  })

  it('is read only as it is written', () => {
    const text = readPngText(file).find(({ keyword }) => keyword === 'reverie')?.text ?? ''
    expect(readEmbedded(carrying(text))).toEqual({ receipt, spec })
    expect(() => readEmbedded(carrying(text, false))).toThrow(/one way/)
    expect(() => readEmbedded(carrying(` ${text}`))).toThrow(/one way/)
  })

  it.each([
    ['no JSON', '{', 'file_unreadable'],
    ['another version', '{"v":2,"receipt":"AA"}', 'message_invalid'],
    ['an unknown key', '{"v":1,"receipt":"AA","more":1}', 'message_invalid'],
    ['no base64url', '{"v":1,"receipt":"+/=="}', 'file_unreadable'],
    ['no CBOR', '{"v":1,"receipt":"_w"}', 'message_invalid'],
    ['CBOR that is no receipt', '{"v":1,"receipt":"oA"}', 'message_invalid'],
    ['more than a receipt has', `{"v":1,"receipt":"${'A'.repeat(20_000)}"}`, 'message_too_large'],
    ['far more', `{"v":1,"receipt":"${'A'.repeat(500_000)}"}`, 'message_invalid'],
    ['deep nesting', '['.repeat(100_000), 'file_unreadable'],
  ])('with %s in place of a receipt is refused', (_, text, code) => {
    expect(() => readEmbedded(carrying(text))).toThrow(expect.objectContaining({ code }))
  })

  it('is not found in a file that carries none', () => {
    expect(readEmbedded(image)).toBeUndefined()
    expect(readEmbedded(samplePng())).toBeUndefined()
  })
})
