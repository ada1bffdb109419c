import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { PeerId } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countersign,
  createSigner,
  peerIdOf,
  publicKeyOf,
  type Signer,
  signReceipt,
  verifyReceipt,
} from '../../src/index.ts'
import { sampleBody, sampleImage, sampleSpec } from '../receipt/sample-receipt.ts'

async function libp2pSigner(seed: Uint8Array): Promise<Signer> {
  const key = await generateKeyPairFromSeed('Ed25519', seed)
  return {
    peer: peerIdFromPrivateKey(key).toString() as PeerId,
    sign: async (bytes) => key.sign(bytes),
  }
}

describe('keys of libp2p', () => {
  it('have the peer ids that are parsed and written here', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (seed) => {
        const key = await generateKeyPairFromSeed('Ed25519', seed)
        const peer = peerIdFromPrivateKey(key).toString()
        expect(publicKeyOf(peer)).toEqual(Uint8Array.from(key.publicKey.raw))
        expect(peerIdOf(key.publicKey.raw)).toBe(peer)
        expect(createSigner(seed).peer).toBe(peer)
      }),
      { numRuns: 20 },
    )
  })

  it('sign receipts that verify here', async () => {
    const worker = await libp2pSigner(new Uint8Array(32).fill(7))
    const coordinator = await libp2pSigner(new Uint8Array(32).fill(8))
    const spec = sampleSpec()
    const body = sampleBody(spec, sampleImage(spec), {
      worker: { peer: worker.peer, name: 'libp2p' },
      coordinator: coordinator.peer,
    })
    const receipt = await countersign(await signReceipt(body, worker), coordinator, 1)
    expect(verifyReceipt(receipt)).toBe(true)
  })

  it.each([
    '',
    '12D3KooW',
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    `12D3KooW${'z'.repeat(44)}`,
    `12D3KooW${'1'.repeat(44)}`,
    `12D3KooW${'0'.repeat(44)}`,
  ])('are not read from "%s"', (text) => {
    const key = () => publicKeyOf(text)
    expect(key).toThrow(expect.objectContaining({ code: 'message_invalid' }))
  })
})
