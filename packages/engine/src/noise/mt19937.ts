const SIZE = 624
const MIDDLE = 397

/** A source of uniformly distributed 32-bit integers. */
export interface Mt19937 {
  /** The next integer, 0 to 2^32 - 1. */
  next(): number
  /** Fills `target` with the low 24 bits of the next integers, as fractions of 1. */
  fillFractions(target: Float32Array): void
}

/** 2^-24: 24 bits are all that a float32 below 1 holds. */
const FRACTION = 2 ** -24

/**
 * The Mersenne twister with the reference seeding (Matsumoto and Nishimura, "Mersenne Twister: A 623-dimensionally
 * equidistributed uniform pseudorandom number generator", 1998; initialisation of 2002).
 * `seed` is taken modulo 2^32.
 */
export function createMt19937(seed: number): Mt19937 {
  // Signed, because the engine keeps those unboxed; the bits are the same.
  const state = new Int32Array(SIZE)
  const tempered = new Int32Array(SIZE)
  let index = SIZE

  state[0] = seed | 0
  for (let i = 1; i < SIZE; i++) {
    const previous = state[i - 1] as number
    state[i] = (Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i) | 0
  }

  /** Twists `count` words from `from` on; `middle` is the distance to the word that each is mixed with. */
  const twist = (from: number, count: number, middle: number) => {
    for (let i = from; i < from + count; i++) {
      const joined = ((state[i] as number) & 0x8000_0000) | ((state[i + 1] as number) & 0x7fff_ffff)
      state[i] = (state[i + middle] as number) ^ (joined >>> 1) ^ (-(joined & 1) & 0x9908_b0df)
    }
  }

  const refill = () => {
    twist(0, SIZE - MIDDLE, MIDDLE)
    twist(SIZE - MIDDLE, MIDDLE - 1, MIDDLE - SIZE)
    const joined =
      ((state[SIZE - 1] as number) & 0x8000_0000) | ((state[0] as number) & 0x7fff_ffff)
    state[SIZE - 1] = (state[MIDDLE - 1] as number) ^ (joined >>> 1) ^ (-(joined & 1) & 0x9908_b0df)
    for (let i = 0; i < SIZE; i++) {
      let y = state[i] as number
      y ^= y >>> 11
      y ^= (y << 7) & 0x9d2c_5680
      y ^= (y << 15) & 0xefc6_0000
      tempered[i] = y ^ (y >>> 18)
    }
    index = 0
  }

  return {
    next() {
      if (index === SIZE) refill()
      return (tempered[index++] as number) >>> 0
    },
    fillFractions(target) {
      let filled = 0
      while (filled < target.length) {
        if (index === SIZE) refill()
        const end = Math.min(target.length, filled + SIZE - index)
        for (; filled < end; filled++) {
          target[filled] = ((tempered[index++] as number) & 0xff_ffff) * FRACTION
        }
      }
    },
  }
}
