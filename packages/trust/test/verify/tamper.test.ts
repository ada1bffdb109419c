import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyImage } from '../../src/index.ts'
import { encodePngChunk, readPngChunks } from '../../src/png/chunks.ts'
import { signedImage } from '../receipt/sample-receipt.ts'

const { file } = await signedImage()
const chunks = readPngChunks(file)

/** `unsigned` may be what is left when the receipt was made unrecognisable; `verified` never. */
const verdictOf = (bytes: Uint8Array): string => {
  try {
    return verifyImage(bytes).verdict
  } catch (error) {
    return (error as { code: string }).code
  }
}

const flipped = (bytes: Uint8Array, at: number, change: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ change
  return copy
}

const change = fc.integer({ min: 1, max: 255 })

describe('a tampered file', () => {
  it('is honest to begin with', () => {
    expect(verdictOf(file)).toBe('verified')
  })

  it('is never verified when any byte of it is changed', () => {
    for (let at = 0; at < file.length; at++) {
      expect(verdictOf(flipped(file, at, 1 + (at % 255)))).not.toBe('verified')
    }
  })

  it.each(chunks.map(({ type }, i) => [type, i] as const))(
    'is never verified when chunk %s is changed and its checksum repaired',
    (_, i) => {
      const chunk = chunks[i]
      if (chunk === undefined) throw new Error('no such chunk')
      const head = Buffer.from(file.subarray(0, chunk.start))
      const tail = Buffer.from(file.subarray(chunk.end))
      const rebuilt = (type: string, data: Uint8Array) =>
        Uint8Array.from(Buffer.concat([head, encodePngChunk(type, data), tail]))
      const renamed = String.fromCharCode(chunk.type.charCodeAt(0) ^ 32) + chunk.type.slice(1)
      expect(verdictOf(rebuilt(renamed, chunk.data))).not.toBe('verified')
      expect(verdictOf(rebuilt(chunk.type, Uint8Array.of(...chunk.data, 0)))).not.toBe('verified')
      if (chunk.data.length === 0) return
      fc.assert(
        fc.property(fc.nat(chunk.data.length - 1), change, (at, by) => {
          expect(verdictOf(rebuilt(chunk.type, flipped(chunk.data, at, by)))).not.toBe('verified')
        }),
        { numRuns: 150 },
      )
    },
  )

  it('is never verified when a chunk is dropped, doubled or moved', () => {
    const parts = chunks.map(({ start, end }) => Buffer.from(file.subarray(start, end)))
    const signature = Buffer.from(file.subarray(0, 8))
    const build = (list: Buffer[]) => Uint8Array.from(Buffer.concat([signature, ...list]))
    // The receipt's own place is free: it is not part of what it covers.
    const receiptAt = parts.length - 2
    for (const [i, part] of parts.entries()) {
      expect(verdictOf(build(parts.toSpliced(i, 1)))).not.toBe('verified')
      expect(verdictOf(build(parts.toSpliced(i, 0, part)))).not.toBe('verified')
      if (i < receiptAt - 1) {
        const next = parts[i + 1] as Buffer
        expect(
          verdictOf(build([...parts.slice(0, i), next, part, ...parts.slice(i + 2)])),
        ).not.toBe('verified')
      }
    }
  })
})
