import type { ModelManifest } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { manifestCid } from '../src/index.ts'
import { sampleManifest } from './sample-model.ts'

const manifest = (change: Record<string, unknown> = {}) => sampleManifest(change) as ModelManifest

describe('the CID of a manifest', () => {
  it('does not depend on the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(manifest()).toReversed())
    expect(manifestCid(turned as ModelManifest)).toBe(manifestCid(manifest()))
  })

  it('changes with any field', () => {
    const cids = [
      manifest(),
      manifest({ name: 'other' }),
      manifest({ peakMemory: 1 }),
      manifest({ files: manifest().files.toReversed() }),
    ].map(manifestCid)
    expect(new Set(cids).size).toBe(cids.length)
  })

  it('is CIDv1, DAG-CBOR, SHA-256, base32', () => {
    // Made independently: base32 of 01 71 12 20 and the SHA-256 of a1 61 76 01, the DAG-CBOR of {v: 1}.
    const expected = 'bafyreia2derbbtndqztkbucmwfpgv7jle66as7a3zbzciazj4en37ngbzm'
    expect(manifestCid({ v: 1 } as ModelManifest)).toBe(expected)
  })
})
