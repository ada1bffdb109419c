import { ReverieError } from '@reverie/core'

/** A request that contradicts itself or leaves out what another part of it needs. */
export const invalid = (field: string, what: string, accepted: string): ReverieError =>
  new ReverieError('invalid_parameter', `${field} ${what}; it takes ${accepted}`, {
    field,
    accepted,
  })

/** A request that the model it names cannot do. */
export const unsupported = (
  model: string,
  field: string,
  what: string,
  accepted: string,
): ReverieError =>
  new ReverieError(
    'unsupported_by_model',
    `model ${model} cannot do ${field} ${what}; it takes ${accepted}`,
    { field, accepted },
  )
