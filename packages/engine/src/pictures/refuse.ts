import { ReverieError } from '@reverie/core'

/** An input that is missing, damaged or does not fit. */
export const inputInvalid = (field: string, message: string, accepted?: string): ReverieError =>
  new ReverieError(
    'input_invalid',
    message,
    accepted === undefined ? { field } : { field, accepted },
  )

/** Something that the model cannot do. */
export const unsupported = (field: string, message: string): ReverieError =>
  new ReverieError('unsupported_by_model', message, { field })
