/** Repeatable randomness for tests: the same seed gives the same values. Not for keys. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** @throws RangeError when the list is empty */
  pick<T>(list: readonly T[]): T
  bytes(length: number): Uint8Array
}

/** SplitMix32: one 32-bit counter, mixed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const uint32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const next = () => uint32() / 2 ** 32
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from: the list is empty')
      return list[int(0, list.length - 1)] as T
    },
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 0xff),
  }
}
