import { encodeCanonical } from '@reverie/protocol'
import { describe, expect, it } from 'vitest'
import {
  checkResult,
  countersign,
  type ResultToCheck,
  signReceipt,
  verifyReceipt,
} from '../../src/index.ts'
import { samplePng } from '../png/sample.ts'
import {
  COORDINATOR,
  STRANGER,
  sampleBody,
  sampleSpec,
  signedImage,
  WORKER,
} from './sample-receipt.ts'

const honest = await signedImage()
const result = (change: Partial<ResultToCheck> = {}): ResultToCheck => ({
  image: honest.image,
  receipt: honest.workerReceipt,
  spec: honest.spec,
  worker: WORKER.peer,
  coordinator: COORDINATOR.peer,
  ...change,
})
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('a result from a worker', () => {
  it('that is honest gives a receipt to countersign', async () => {
    const receipt = checkResult(result())
    expect(verifyReceipt(await countersign(receipt, COORDINATOR, 1))).toBe(true)
  })

  it.each([
    ['another seed', { seed: '7' }, /seed: 7 expected, 18446744073709551615 found/],
    ['another prompt', { prompt: 'green apple' }, /request hash/],
    ['more steps', { steps: 9 }, /steps: 9 expected, 2 found/],
    ['another size', { width: 96 }, /width: 96 expected, 64 found/],
    ['another nonce', { nonce: '0'.repeat(32) }, /request hash/],
  ] as const)('is refused for a job with %s', (_, change, message) => {
    const { spec } = honest
    expect(() => checkResult(result({ spec: { ...spec, ...change } }))).toThrow(
      refusal('result_receipt_invalid', message),
    )
  })

  it('is refused from another peer, or for another coordinator', () => {
    expect(() => checkResult(result({ worker: STRANGER.peer }))).toThrow(
      refusal('result_receipt_invalid', /worker: /),
    )
    expect(() => checkResult(result({ coordinator: STRANGER.peer }))).toThrow(
      refusal('result_receipt_invalid', /coordinator: /),
    )
  })

  it('is refused with a forged signature', async () => {
    const forged = await signReceipt(sampleBody(honest.spec, honest.image), {
      ...STRANGER,
      peer: WORKER.peer,
    })
    expect(() => checkResult(result({ receipt: encodeCanonical(forged) }))).toThrow(
      refusal('result_receipt_invalid', /not signed by/),
    )
  })

  it('is refused with a receipt that is garbage, huge, or claims too few committed steps', async () => {
    const { spec, image } = honest
    const { root } = sampleBody(spec, image).trajectory
    const few = await signReceipt(
      sampleBody(spec, image, { trajectory: { root, leaves: 1 } }),
      WORKER,
    )
    for (const receipt of [new Uint8Array(), new Uint8Array(10_000), encodeCanonical(few)]) {
      expect(() => checkResult(result({ receipt }))).toThrow(
        expect.objectContaining({ code: 'result_receipt_invalid' }),
      )
    }
  })

  it('is refused with another image, a cut one, or one that is not a PNG of the stated size', async () => {
    const { spec, image } = honest
    const cut = image.subarray(0, image.length - 20)
    for (const other of [samplePng(9, 64, 32), cut, new Uint8Array()]) {
      expect(() => checkResult(result({ image: other }))).toThrow(
        refusal('result_image_invalid', /SHA-256/),
      )
    }
    const stated = async (png: Uint8Array) =>
      result({
        image: png,
        receipt: encodeCanonical(await signReceipt(sampleBody(spec, png), WORKER)),
      })
    const [cutButSigned, wrongSize] = [await stated(cut), await stated(samplePng(1, 32, 32))]
    expect(() => checkResult(cutButSigned)).toThrow(refusal('result_image_invalid', /truncated/))
    expect(() => checkResult(wrongSize)).toThrow(
      refusal('result_image_invalid', /width: 64 expected, 32 found/),
    )
  })

  it('is refused when the image brings a receipt of its own', async () => {
    const { spec, file } = honest
    const receipt = encodeCanonical(await signReceipt(sampleBody(spec, file), WORKER))
    expect(() => checkResult(result({ image: file, receipt }))).toThrow(
      refusal('result_image_invalid', /carries a receipt already/),
    )
  })

  it('is checked against the job that was given, whatever the worker repeats', () => {
    const spec = sampleSpec()
    expect(() => checkResult(result({ spec }))).toThrow(refusal('result_receipt_invalid', /job: /))
  })
})
