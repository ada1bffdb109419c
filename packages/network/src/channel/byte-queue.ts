const INITIAL_BYTES = 1_024
/** Taken pieces of this size or more get the memory itself; smaller ones a copy. */
const HAND_OVER_BYTES = 64 * 1_024

/**
 * Bytes in, bytes out. One growing block, not a list of chunks: a peer that sends a byte at a time costs the bytes it
 * sent, not an object for each.
 */
export interface ByteQueue {
  readonly length: number
  /** @param expected bytes that the queue will soon hold: it does not grow far past that */
  push(chunk: Uint8Array, expected: number): void
  /** The byte at `index` from the front. */
  at(index: number): number
  /** Removes the first `count` bytes; they are the caller's from then on. */
  take(count: number): Uint8Array
  skip(count: number): void
  clear(): void
}

export function createByteQueue(): ByteQueue {
  let block = new Uint8Array(INITIAL_BYTES)
  let start = 0
  let end = 0

  function reserve(count: number, expected: number) {
    if (end + count <= block.length) return
    const held = end - start
    if (held + count <= block.length) {
      block.copyWithin(0, start, end)
    } else {
      const doubled = Math.min(block.length * 2, expected)
      const grown = new Uint8Array(Math.max(doubled, held + count))
      grown.set(block.subarray(start, end))
      block = grown
    }
    start = 0
    end = held
  }

  function startAgainWith(rest: Uint8Array) {
    block = new Uint8Array(Math.max(INITIAL_BYTES, rest.length))
    block.set(rest)
    start = 0
    end = rest.length
  }

  return {
    get length() {
      return end - start
    },
    push(chunk, expected) {
      reserve(chunk.length, expected)
      block.set(chunk, end)
      end += chunk.length
    },
    at: (index) => block[start + index] ?? 0,
    take(count) {
      if (count < HAND_OVER_BYTES) {
        const piece = block.slice(start, start + count)
        start += count
        return piece
      }
      const piece = block.subarray(start, start + count)
      startAgainWith(block.slice(start + count, end))
      return piece
    },
    skip(count) {
      start += count
    },
    clear: () => startAgainWith(new Uint8Array(0)),
  }
}
