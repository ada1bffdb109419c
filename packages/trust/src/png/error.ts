import { type ErrorFacts, ReverieError } from '@reverie/core'

/** A file that is not a whole, sound PNG: `file_unreadable` with what was found and where. */
export const pngError = (message: string, facts: ErrorFacts = {}): ReverieError =>
  new ReverieError('file_unreadable', message, facts)
