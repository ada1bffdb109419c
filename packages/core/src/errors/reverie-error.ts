import { ERROR_CODES, type ErrorCode, type ErrorKind, isErrorCode } from './codes.ts'

/** Facts about an error, for logs and API answers. Never a prompt, a key or a stack. */
export interface ErrorFacts {
  /** The request field at fault, e.g. "steps". */
  readonly field?: string
  /** What would be accepted in its place, e.g. "1 to 500". */
  readonly accepted?: string
  readonly [fact: string]: string | number | boolean | undefined
}

/** An error as it crosses processes and peers. */
export interface ErrorObject {
  readonly code: ErrorCode
  readonly message: string
  readonly facts: ErrorFacts
}

/** The one error class. `code` is stable and searchable; the message says what happened, with which values, and what to do next. */
export class ReverieError extends Error {
  override readonly name = 'ReverieError'
  readonly code: ErrorCode
  readonly facts: ErrorFacts

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.facts = facts
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind
  }

  /** HTTP status where the error answers a request. */
  get status(): number {
    return ERROR_CODES[this.code].status
  }

  toObject(): ErrorObject {
    return { code: this.code, message: this.message, facts: this.facts }
  }

  static fromObject(object: ErrorObject): ReverieError {
    return new ReverieError(object.code, object.message, object.facts)
  }

  /** `error` itself where it is ours; otherwise `internal` (or `code`) with the original as its cause. */
  static from(error: unknown, code: ErrorCode = 'internal'): ReverieError {
    if (isReverieError(error)) return error
    const message = error instanceof Error ? error.message : String(error)
    return new ReverieError(code, message, {}, { cause: error })
  }
}

/** Works across duplicate installs and realms, where `instanceof` does not. */
export const isReverieError = (error: unknown): error is ReverieError =>
  error instanceof Error &&
  error.name === 'ReverieError' &&
  'code' in error &&
  isErrorCode(String(error.code))
