/** Keeps values up to a number of bytes in all; the least recently used go first. */
export interface ByteCache<T> {
  get(key: string): T | undefined
  /** A value larger than the whole cache is not kept. */
  set(key: string, value: T, bytes: number): void
}

export function createByteCache<T>(maxBytes: number): ByteCache<T> {
  // A Map keeps insertion order: what is inserted again becomes the youngest.
  const entries = new Map<string, { readonly value: T; readonly bytes: number }>()
  let held = 0
  const remove = (key: string) => {
    held -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, bytes) {
      remove(key)
      if (bytes > maxBytes) return
      entries.set(key, { value, bytes })
      held += bytes
      for (const oldest of entries.keys()) {
        if (held <= maxBytes) return
        remove(oldest)
      }
    },
  }
}
