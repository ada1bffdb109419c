const SIZE = 624
const MIDDLE = 397

/** A source of uniformly distributed 32-bit integers. */
export interface Mt19937 {
  /** The next integer, 0 to 2^32 - 1. */
  next(): number
}

/**
 * The Mersenne twister with the reference seeding (Matsumoto and Nishimura, "Mersenne Twister: A 623-dimensionally
 * equidistributed uniform pseudorandom number generator", 1998; initialisation of 2002).
 * `seed` is taken modulo 2^32.
 */
export function createMt19937(seed: number): Mt19937 {
  const state = new Uint32Array(SIZE)
  let index = SIZE

  // Indices below are reduced modulo SIZE, so every read is in range.
  const at = (i: number): number => state[i % SIZE] as number

  state[0] = seed >>> 0
  for (let i = 1; i < SIZE; i++) {
    const previous = at(i - 1)
    state[i] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i
  }

  const refill = () => {
    for (let i = 0; i < SIZE; i++) {
      const joined = (at(i) & 0x8000_0000) | (at(i + 1) & 0x7fff_ffff)
      state[i] = at(i + MIDDLE) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0)
    }
    index = 0
  }

  return {
    next() {
      if (index === SIZE) refill()
      let y = at(index++)
      y ^= y >>> 11
      y ^= (y << 7) & 0x9d2c_5680
      y ^= (y << 15) & 0xefc6_0000
      return (y ^ (y >>> 18)) >>> 0
    },
  }
}
