import type { Clock } from '@reverie/core'

/**
 * Sends a heartbeat every `everyMs`, never two at once: a peer that does not read must not pile them up. The returned
 * function stops it.
 * @param send must not reject
 */
export function startHeartbeat(
  clock: Clock,
  everyMs: number,
  send: () => Promise<unknown>,
): () => void {
  let stopTimer = clock.after(everyMs, beat)
  let stopped = false

  function beat() {
    void send().then(
      () => {
        if (!stopped) stopTimer = clock.after(everyMs, beat)
      },
      // The session's end is told by its stream; a heartbeat that could not leave adds nothing.
      () => {},
    )
  }

  return () => {
    stopped = true
    stopTimer()
  }
}
