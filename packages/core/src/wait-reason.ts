import * as z from 'zod/mini'

/** Why a worker and a lane do not meet: the same codes answer "why is my job waiting" and "why is my worker idle". */
export const RejectionCode = z.enum([
  'no_worker',
  'busy',
  'draining',
  'model_missing',
  'too_large',
  'excluded',
  'no_job',
])
export type RejectionCode = z.infer<typeof RejectionCode>

/** Why a queued job waits, in a code and a sentence. */
export const WaitReason = z.object({ code: RejectionCode, message: z.string() })
export type WaitReason = z.infer<typeof WaitReason>
