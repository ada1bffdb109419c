/** Values of a block: 64 MiB, less a little so that no two tensors of round sizes are the same. */
const VALUES = 16 * 1024 * 1024 - 257

/** Small enough for sums over 10,000 inputs to stay far from overflow, large enough that nothing becomes zero. */
const SPREAD = 0.03

/**
 * Little-endian float32 weights, uniform between -SPREAD and SPREAD, the same every time (xorshift32, Marsaglia 2003).
 * As bytes, to be written one block after another.
 */
export function createRandomBlock(): Uint8Array {
  const values = new Float32Array(VALUES)
  let state = 0x9e3779b9
  for (let i = 0; i < VALUES; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[i] = (state / 2 ** 31) * SPREAD
  }
  return new Uint8Array(values.buffer)
}
