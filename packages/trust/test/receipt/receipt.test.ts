import { ed25519 } from '@noble/curves/ed25519.js'
import { encodeCanonical } from '@reverie/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countersign,
  decodeReceipt,
  decodeWorkerReceipt,
  peerIdOf,
  requestHash,
  signReceipt,
  verifyCountersignature,
  verifyReceipt,
  verifyWorkerReceipt,
  workerSigningInput,
} from '../../src/index.ts'
import {
  COORDINATOR,
  STRANGER,
  sampleBody,
  sampleImage,
  sampleSpec,
  signedImage,
  WORKER,
} from './sample-receipt.ts'

const spec = sampleSpec()
const body = sampleBody(spec, sampleImage(spec))

describe('a receipt', () => {
  it('verifies as signed and countersigned', async () => {
    const { receipt } = await signedImage()
    expect(verifyReceipt(receipt)).toBe(true)
    expect(decodeReceipt(encodeCanonical(receipt))).toEqual(receipt)
  })

  it('does not verify after any change of its body, signature or time', async () => {
    const { receipt } = await signedImage()
    const numericClass = { ...receipt.body.numericClass, device: 'another' }
    const altered = [
      { ...receipt, body: { ...receipt.body, seed: '1' } },
      { ...receipt, body: { ...receipt.body, steps: 3 } },
      { ...receipt, body: { ...receipt.body, numericClass } },
      { ...receipt, body: { ...receipt.body, worker: { ...receipt.body.worker, name: 'x' } } },
      { ...receipt, workerSignature: new Uint8Array(64) },
      { ...receipt, countersignature: { ...receipt.countersignature, at: 1 } },
    ]
    expect(altered.map(verifyReceipt)).toEqual(altered.map(() => false))
  })

  it('does not verify under the key of another peer', async () => {
    const forged = await signReceipt(body, { ...STRANGER, peer: WORKER.peer })
    expect(verifyWorkerReceipt(forged)).toBe(false)
    const honest = await signReceipt(body, WORKER)
    const receipt = await countersign(honest, { ...STRANGER, peer: COORDINATOR.peer }, 1)
    expect(verifyCountersignature(receipt)).toBe(false)
    expect(verifyReceipt(receipt)).toBe(false)
  })

  it('binds the countersignature to the worker signature it was given for', async () => {
    const receipt = await countersign(await signReceipt(body, WORKER), COORDINATOR, 1)
    const other = { ...receipt, workerSignature: receipt.workerSignature.toReversed() }
    expect(verifyCountersignature(other)).toBe(false)
  })

  it('keeps the roles apart: a signature for one is none for the other', async () => {
    const both = { ...body, coordinator: WORKER.peer }
    const worker = await signReceipt(both, WORKER)
    const swapped = {
      ...worker,
      countersignature: { signature: worker.workerSignature, at: 1 },
    }
    expect(verifyCountersignature(swapped)).toBe(false)
  })

  it('is signed over its domain and canonical body, as documented', async () => {
    const { workerSignature } = await signReceipt(body, WORKER)
    const domain = Buffer.from('reverie/receipt/worker/1\0')
    const input = Uint8Array.from(Buffer.concat([domain, encodeCanonical(body)]))
    const key = ed25519.getPublicKey(new Uint8Array(32).fill(1))
    expect(ed25519.verify(workerSignature, input, key, { zip215: false })).toBe(true)
  })

  it('is countersigned over another domain and what the coordinator adds, as documented', async () => {
    const worker = await signReceipt(body, WORKER)
    const { countersignature } = await countersign(worker, COORDINATOR, 5)
    const domain = Buffer.from('reverie/receipt/coordinator/1\0')
    const content = { at: 5, body, workerSignature: worker.workerSignature }
    const input = Uint8Array.from(Buffer.concat([domain, encodeCanonical(content)]))
    const key = ed25519.getPublicKey(new Uint8Array(32).fill(2))
    expect(ed25519.verify(countersignature.signature, input, key, { zip215: false })).toBe(true)
  })

  it('has no second valid form of a signature', async () => {
    const { workerSignature } = await signReceipt(body, WORKER)
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const malleated = workerSignature.slice()
    let s = 0n
    for (let i = 63; i >= 32; i--) s = s * 256n + BigInt(malleated[i] as number)
    s += order
    for (let i = 32; i < 64; i++, s >>= 8n) malleated[i] = Number(s & 255n)
    expect(verifyWorkerReceipt({ body, workerSignature: malleated })).toBe(false)
  })

  it('is never signed by a key of small order, under which one signature fits all', () => {
    const neutral = Uint8Array.of(1, ...new Uint8Array(31))
    const weak = { ...body, worker: { peer: peerIdOf(neutral), name: 'weak' } }
    const workerSignature = Uint8Array.of(...neutral, ...new Uint8Array(32))
    expect(
      ed25519.verify(workerSignature, workerSigningInput(weak), neutral, { zip215: true }),
    ).toBe(true)
    expect(verifyWorkerReceipt({ body: weak, workerSignature })).toBe(false)
  })

  it('is refused by the signer when it names another peer or breaks its schema', async () => {
    await expect(signReceipt(body, STRANGER)).rejects.toMatchObject({ code: 'internal' })
    const honest = await signReceipt(body, WORKER)
    await expect(countersign(honest, STRANGER, 1)).rejects.toMatchObject({ code: 'internal' })
    await expect(countersign(honest, COORDINATOR, -1)).rejects.toMatchObject({
      code: 'message_invalid',
    })
    await expect(signReceipt({ ...body, steps: 1.5 }, WORKER)).rejects.toMatchObject({
      code: 'message_invalid',
    })
  })

  it('is read only in its canonical form', async () => {
    const { workerReceipt } = await signedImage({ cfgScale: 4 })
    expect(decodeWorkerReceipt(workerReceipt).body.cfgScale).toBe(4)
    // The same value with the integer 4 as a float: valid CBOR, another encoding.
    const key = Buffer.from('\x68cfgScale\x04', 'latin1')
    const at = Buffer.from(workerReceipt).indexOf(key) + key.length - 1
    const float = Uint8Array.of(0xfb, 0x40, 0x10, 0, 0, 0, 0, 0, 0)
    const loose = Uint8Array.of(
      ...workerReceipt.slice(0, at),
      ...float,
      ...workerReceipt.slice(at + 1),
    )
    expect(() => decodeWorkerReceipt(loose)).toThrow(
      expect.objectContaining({ code: 'message_invalid' }),
    )
    expect(() => decodeWorkerReceipt(Uint8Array.of(...workerReceipt, 0))).toThrow(
      expect.objectContaining({ code: 'message_invalid' }),
    )
    expect(() => decodeWorkerReceipt(new Uint8Array(9_000))).toThrow(
      expect.objectContaining({ code: 'message_too_large' }),
    )
  })
})

describe('a request hash', () => {
  it('does not depend on the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(spec).toReversed())
    expect(requestHash(turned as typeof spec)).toBe(requestHash(spec))
  })

  it('changes with every field', () => {
    const changes: Partial<typeof spec>[] = [
      { prompt: 'red apple, 3d style, blue background.' },
      { negativePrompt: 'x' },
      { width: 96 },
      { height: 96 },
      { steps: 3 },
      { sampler: 'euler' },
      { schedule: 'normal' },
      { cfgScale: 4.6 },
      { seed: '0' },
      { nonce: 'f'.repeat(32) },
    ]
    const hashes = [spec, ...changes.map((change) => ({ ...spec, ...change }))].map(requestHash)
    expect(new Set(hashes).size).toBe(changes.length + 1)
  })

  it('tells prompts apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        fc.pre(a !== b)
        expect(requestHash({ ...spec, prompt: a })).not.toBe(requestHash({ ...spec, prompt: b }))
      }),
    )
  })
})
