/** Lets so many at a time go on; the others wait in line. */
export interface Turns {
  /**
   * Waits for a turn. The returned function gives it back; call it once.
   * @throws the signal's reason when it fires first
   */
  take(signal: AbortSignal): Promise<() => void>
}

export function createTurns(atOnce: number): Turns {
  const line: (() => void)[] = []
  let taken = 0

  const giveBack = () => {
    const next = line.shift()
    if (next) next()
    else taken -= 1
  }

  return {
    async take(signal) {
      signal.throwIfAborted()
      if (taken < atOnce) {
        taken += 1
        return giveBack
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const leave = () => {
        const place = line.indexOf(resolve)
        if (place >= 0) line.splice(place, 1)
        reject(signal.reason)
      }
      line.push(resolve)
      signal.addEventListener('abort', leave, { once: true })
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', leave)
      }
      return giveBack
    },
  }
}
