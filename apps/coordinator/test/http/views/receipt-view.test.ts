import { ReceiptView } from '@reverie/api'
import { newJobId } from '@reverie/core'
import { encodeCanonical, type Receipt } from '@reverie/protocol'
import { buildManifestCid, buildNumericClass, buildPeerId, buildSha256 } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { receiptView } from '../../../src/http/views/receipt-view.ts'

const SIGNATURE_BYTES = 64

const receipt: Receipt = {
  body: {
    v: 1,
    coordinator: buildPeerId(1),
    worker: { peer: buildPeerId(2), name: 'attic' },
    job: newJobId(),
    request: buildSha256('request'),
    model: buildManifestCid(),
    sampler: 'euler',
    schedule: 'normal',
    steps: 20,
    cfgScale: 5,
    seed: '18446744073709551615',
    rng: 'torch-cpu',
    numericClass: buildNumericClass(),
    trajectory: { root: buildSha256('root'), leaves: 21 },
    image: {
      sha256: buildSha256('image'),
      bytes: 20_000,
      type: 'image/png',
      width: 128,
      height: 128,
    },
    startedAt: 1,
    finishedAt: 2,
  },
  workerSignature: new Uint8Array(SIGNATURE_BYTES).fill(1),
  countersignature: { signature: new Uint8Array(SIGNATURE_BYTES).fill(2), at: 3 },
}

describe('receiptView', () => {
  it('shows every field and keeps the exact bytes that the signatures cover', () => {
    const bytes = encodeCanonical(receipt)
    const view = ReceiptView.parse(JSON.parse(JSON.stringify(receiptView(bytes))))
    expect(view.receipt.body).toEqual(receipt.body)
    expect(view.job).toBe(receipt.body.job)
    expect(Buffer.from(view.encoded, 'base64url')).toEqual(Buffer.from(bytes))
    expect(Buffer.from(view.receipt.workerSignature, 'base64url')).toEqual(
      Buffer.from(receipt.workerSignature),
    )
  })

  it('refuses stored bytes that are no receipt', () => {
    expect(() => receiptView(encodeCanonical({ v: 1 }))).toThrow('the stored receipt')
  })
})
