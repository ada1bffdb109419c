import { bytesToHex } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  commitTrajectory,
  hashLeaf,
  merkleRoot,
  openTrajectory,
  verifyTrajectoryOpening,
} from '../src/index.ts'

const latents = fc
  .array(
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 }),
    {
      minLength: 1,
      maxLength: 24,
    },
  )
  .map((steps) => steps.map((values) => Float32Array.from(values)))
const withIndex = latents.chain((steps) =>
  fc.record({ steps: fc.constant(steps), index: fc.nat(steps.length - 1) }),
)

describe('a trajectory commitment', () => {
  it('is the Merkle root of index and float32 values, little-endian', () => {
    const leaf = (index: number, bytes: number[]) =>
      hashLeaf(Uint8Array.of(index, 0, 0, 0, ...bytes))
    const root = merkleRoot([
      leaf(0, [0, 0, 128, 63, 0, 0, 0, 128]),
      leaf(1, [0, 0, 0, 192, 0, 0, 192, 63]),
    ])
    expect(commitTrajectory([Float32Array.of(1, -0), Float32Array.of(-2, 1.5)])).toEqual({
      root: bytesToHex(root),
      leaves: 2,
    })
  })

  it('does not depend on where in its buffer an array lies', () => {
    const buffer = Float32Array.of(9, 1, 2, 9)
    expect(commitTrajectory([buffer.subarray(1, 3)])).toEqual(
      commitTrajectory([Float32Array.of(1, 2)]),
    )
  })

  it('opens at every step', () => {
    fc.assert(
      fc.property(withIndex, ({ steps, index }) => {
        const commitment = commitTrajectory(steps)
        expect(commitment.leaves).toBe(steps.length)
        expect(verifyTrajectoryOpening(commitment, openTrajectory(steps, index))).toBe(true)
      }),
    )
  })

  it('opens to no other latents, not even by one bit, and at no other step', () => {
    fc.assert(
      fc.property(withIndex, fc.nat(3), ({ steps, index }, at) => {
        const commitment = commitTrajectory(steps)
        const opening = openTrajectory(steps, index)
        const changed = opening.latents.slice()
        const bits = new Uint32Array(changed.buffer)
        bits[at] = (bits[at] as number) ^ 1
        expect(verifyTrajectoryOpening(commitment, { ...opening, latents: changed })).toBe(false)
        expect(verifyTrajectoryOpening(commitment, { ...opening, index: index + 1 })).toBe(false)
      }),
    )
  })

  it('tells equal latents of two steps apart', () => {
    const same = Float32Array.of(1, 2)
    const commitment = commitTrajectory([same, same])
    const [first, second] = [openTrajectory([same, same], 0), openTrajectory([same, same], 1)]
    expect(first.proof).not.toEqual(second.proof)
    expect(verifyTrajectoryOpening(commitment, { ...first, index: 1 })).toBe(false)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is refused over %d', (value) => {
    expect(() => commitTrajectory([Float32Array.of(0, value)])).toThrow(
      expect.objectContaining({ code: 'bad_output' }),
    )
    const fine = [Float32Array.of(0, 1)]
    const opening = { ...openTrajectory(fine, 0), latents: Float32Array.of(0, value) }
    expect(verifyTrajectoryOpening(commitTrajectory(fine), opening)).toBe(false)
  })

  it('is refused over nothing, and opens no step that is not there', () => {
    expect(() => commitTrajectory([])).toThrow(expect.objectContaining({ code: 'bad_output' }))
    expect(() => openTrajectory([Float32Array.of(1)], 1)).toThrow(RangeError)
  })
})
