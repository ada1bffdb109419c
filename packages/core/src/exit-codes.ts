/** Exit codes of every Reverie program. */
export const EXIT = {
  ok: 0,
  /** A bug or an error that no other code names. */
  failed: 1,
  usage: 2,
  /** The coordinator or the worker said no. */
  refused: 3,
  unreachable: 4,
  /** A check (verify, doctor, goldens) did not pass. */
  checkFailed: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
