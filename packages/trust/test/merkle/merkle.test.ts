import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashLeaf, hashNode, inclusionProof, merkleRoot, verifyInclusion } from '../../src/index.ts'

/** The eight leaves that Certificate Transparency implementations test with. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => hashLeaf(hexToBytes(hex)))

/** Roots of the first 0 to 8 leaves, computed apart from this code from the definition in RFC 6962. */
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const PROOFS: readonly [number, number, readonly string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]

const leaf = fc.uint8Array({ maxLength: 8 }).map(hashLeaf)
const tree = fc
  .array(leaf, { minLength: 1, maxLength: 70 })
  .chain((leaves) => fc.record({ leaves: fc.constant(leaves), index: fc.nat(leaves.length - 1) }))

describe('a Merkle tree', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))(
    'of the first %i known leaves has the known root',
    (size, root) => {
      expect(bytesToHex(merkleRoot(LEAVES.slice(0, size)))).toBe(root)
    },
  )

  it.each(PROOFS)('proves known leaf %i of %i by the known path', (index, size, path) => {
    expect(inclusionProof(LEAVES.slice(0, size), index).map(bytesToHex)).toEqual(path)
  })

  it('proves every leaf of every size', () => {
    fc.assert(
      fc.property(tree, ({ leaves, index }) => {
        const proof = inclusionProof(leaves, index)
        const place = { index, size: leaves.length }
        expect(verifyInclusion(leaves[index] as Uint8Array, place, proof, merkleRoot(leaves))).toBe(
          true,
        )
      }),
    )
  })

  it('proves no other leaf, at no other place, with no other proof', () => {
    fc.assert(
      fc.property(tree, fc.nat(100), fc.nat(255), ({ leaves, index }, other, bit) => {
        const proof = inclusionProof(leaves, index)
        const root = merkleRoot(leaves)
        const mine = leaves[index] as Uint8Array
        const size = leaves.length
        const flipped = mine.slice()
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
        expect(verifyInclusion(flipped, { index, size }, proof, root)).toBe(false)
        if (other !== index) {
          expect(verifyInclusion(mine, { index: other, size }, proof, root)).toBe(false)
        }
        expect(verifyInclusion(mine, { index, size }, [...proof, mine], root)).toBe(false)
        expect(verifyInclusion(mine, { index, size }, proof.slice(0, -1), root)).toBe(size === 1)
      }),
    )
  })

  it('does not take an inner node for a leaf', () => {
    const [a, b, c, d] = LEAVES as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const root = merkleRoot([a, b, c, d])
    const node = hashNode(a, b)
    expect(verifyInclusion(node, { index: 0, size: 4 }, [hashNode(c, d)], root)).toBe(false)
    // The two-leaf tree over inner nodes has the same root: that is why a commitment states its number of leaves.
    expect(verifyInclusion(node, { index: 0, size: 2 }, [hashNode(c, d)], root)).toBe(true)
  })

  it.each([
    { index: -1, size: 4 },
    { index: 4, size: 4 },
    { index: 0.5, size: 4 },
    { index: 0, size: Number.POSITIVE_INFINITY },
    { index: Number.NaN, size: Number.NaN },
  ])('refuses the place $index of $size', (place) => {
    const [a] = LEAVES as [Uint8Array]
    expect(verifyInclusion(a, place, [], a)).toBe(false)
  })
})
