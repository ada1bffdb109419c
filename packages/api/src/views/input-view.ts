import { Sha256 } from '@reverie/core'
import * as z from 'zod/mini'

/** An input picture as it was taken. */
export const InputView = z.object({
  /** SHA-256 of the file: its name in renders. */
  hash: Sha256,
  bytes: z.int(),
  /** Pixels, turned as the file says. */
  width: z.int(),
  height: z.int(),
})
export type InputView = z.infer<typeof InputView>
