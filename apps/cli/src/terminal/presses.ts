/**
 * One press of Ctrl-C can arrive twice: from the terminal, and passed on by npm or npx. What comes within this time is
 * the same press.
 */
const SAME_PRESS_MS = 1_000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** As much of `process` as is needed. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

/**
 * Calls `listener` for every press of Ctrl-C (and SIGTERM, SIGHUP) with 1, 2, ... Returns the unsubscribe function.
 * @param now milliseconds of a monotonic clock
 */
export function onPress(
  listener: (press: number) => void,
  source: SignalSource = process,
  now: () => number = () => performance.now(),
): () => void {
  let presses = 0
  let last = Number.NEGATIVE_INFINITY
  const onSignal = () => {
    const at = now()
    if (at - last < SAME_PRESS_MS) return
    last = at
    presses += 1
    listener(presses)
  }
  for (const signal of SIGNALS) source.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) source.off(signal, onSignal)
  }
}
