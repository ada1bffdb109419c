import { ERROR_CODE_NAMES } from '@reverie/core'
import * as z from 'zod/mini'

/** The body of every answer that is not 2xx. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(ERROR_CODE_NAMES),
    /** What happened, with which values, and what to do next. */
    message: z.string(),
    /** The field at fault, e.g. "steps". */
    field: z.optional(z.string()),
    /** What would be taken in its place, e.g. "1 to 500". */
    accepted: z.optional(z.string()),
    /** Names the request in the coordinator's log. */
    requestId: z.string(),
  }),
})
export type ErrorBody = z.infer<typeof ErrorBody>
