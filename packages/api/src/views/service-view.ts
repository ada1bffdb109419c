import * as z from 'zod/mini'

export const LandingView = z.object({
  name: z.literal('reverie'),
  version: z.string(),
  /** Paths on this coordinator. */
  docs: z.string(),
  openapi: z.string(),
})
export type LandingView = z.infer<typeof LandingView>

export const LiveView = z.object({ live: z.literal(true), version: z.string() })
export type LiveView = z.infer<typeof LiveView>

/** Answered with 200 when ready and with 503 when a part is red. */
export const ReadyView = z.object({
  ready: z.boolean(),
  parts: z.array(
    z.object({
      name: z.string(),
      /** `yellow` serves with less; `red` cannot take renders. */
      state: z.enum(['green', 'yellow', 'red']),
      /** What is wrong and what to do. Absent when green. */
      reason: z.optional(z.string()),
    }),
  ),
})
export type ReadyView = z.infer<typeof ReadyView>
