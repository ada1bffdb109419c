import { type Client, createClient } from '@reverie/api'
import * as z from 'zod/mini'
import { parseValues } from './args/parse-input.ts'
import { HttpUrl } from './args/values.ts'
import type { Context, Flags, Input } from './command.ts'
import { readCredentials } from './credentials.ts'

const DEFAULT_URL = 'http://127.0.0.1:7420'

export const CONNECT_FLAGS: Flags = {
  url: { type: 'string', value: '<address>', about: 'the coordinator (also REVERIE_URL)' },
  key: { type: 'string', value: '<key>', about: 'API key (also REVERIE_API_KEY)' },
}

const Values = z.object({
  url: z.optional(HttpUrl),
  key: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
})

/** The coordinator to talk to: flags, else the environment, else what `up` stored, else the default address. */
export async function connect(
  { values }: Input,
  { env, home }: Context,
): Promise<{ readonly client: Client; readonly url: string }> {
  const given = parseValues(Values, {
    url: values.url ?? (env.REVERIE_URL || undefined),
    key: values.key ?? (env.REVERIE_API_KEY || undefined),
  })
  const stored = await readCredentials(home)
  const url = given.url ?? stored?.url ?? DEFAULT_URL
  // A stored key is for the stored coordinator: nobody else is to see it.
  const isStored = stored !== undefined && new URL(url).origin === new URL(stored.url).origin
  const apiKey = given.key ?? (isStored ? stored.apiKey : undefined)
  return { client: createClient({ baseUrl: url, ...(apiKey ? { apiKey } : {}) }), url }
}
