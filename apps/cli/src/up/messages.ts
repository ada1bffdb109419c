import { ERROR_CODE_NAMES, PeerId, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

const Text = z.string().check(z.maxLength(500))

/** The coordinator listens. `apiKey` only when it was made just now. */
export const CoordinatorFacts = z.object({
  url: z.string().check(z.url()),
  multiaddrs: z.array(Text).check(z.minLength(1), z.maxLength(100)),
  peer: PeerId,
  apiKey: z.optional(Text),
})
export type CoordinatorFacts = z.infer<typeof CoordinatorFacts>

/** The worker has checked its device and models. */
export const WorkerFacts = z.object({ peer: PeerId, name: Text, models: z.array(Text) })
export type WorkerFacts = z.infer<typeof WorkerFacts>

/** What a program tells over IPC. */
const Message = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('ready') }),
  z.object({ type: z.literal('state'), state: Text }),
  z.object({
    type: z.literal('failed'),
    error: z.object({
      code: z.enum(ERROR_CODE_NAMES),
      message: z.string().check(z.maxLength(20_000)),
      facts: z.record(
        z.string(),
        z.optional(z.union([z.string(), z.number(), z.boolean(), z.undefined()])),
      ),
    }),
  }),
])
export type Message = z.infer<typeof Message>

/** A message of a child, or undefined where it is none of ours. */
export const parseMessage = (value: unknown): Message | undefined => {
  const parsed = z.safeParse(Message, value)
  return parsed.success ? parsed.data : undefined
}

/** @throws ReverieError `internal` when a program says ready without its facts */
export function parseFacts<T extends z.ZodMiniType>(
  schema: T,
  facts: unknown,
  program: string,
): z.infer<T> {
  const parsed = z.safeParse(schema, facts)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ReverieError(
    'internal',
    `the ${program} said ready without a usable ${issue?.path.join('.')}: ${issue?.message}`,
  )
}
