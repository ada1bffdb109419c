import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { RouteDefinition } from '../route.ts'
import { ROUTES, type RouteName, type Routes } from '../routes.ts'
import { noAnswerError } from './answer-error.ts'
import type { IdempotentCallOptions, ImageFile, MethodOf } from './input.ts'
import { createTransport, type Send } from './transport.ts'
import { DEFAULT_RECONNECT, type ReconnectOptions, watchRender } from './watch.ts'

export interface ClientOptions {
  /** e.g. "http://127.0.0.1:7420" */
  readonly baseUrl: string
  /** Needed for renders and receipts. */
  readonly apiKey?: string
  /** Another implementation of fetch, for tests and proxies. */
  readonly fetch?: typeof globalThis.fetch
  readonly reconnect?: Partial<ReconnectOptions>
}

/** One method for each route. */
export type Client = { readonly [Name in RouteName]: MethodOf<Routes[Name]> }

type Input = Readonly<Record<string, unknown>>
type Method = (input?: Input, options?: IdempotentCallOptions) => unknown

/**
 * A client of the HTTP API; runs in browsers too.
 *
 * Every method throws ReverieError: the coordinator's own error with its code, `field` and `accepted`, or
 * `coordinator_unreachable` when nobody answers. An aborted call rejects with the signal's reason.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:7420', apiKey: 'rvk_...' })
 * const render = await client.createRender({ prompt: 'red apple, 3d style' })
 * for await (const event of client.renderEvents({ id: render.id })) console.log(event.type)
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport({
    baseUrl: options.baseUrl,
    apiKey: options.apiKey,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
  })
  const reconnect = { ...DEFAULT_RECONNECT, ...options.reconnect }
  const methods: Record<string, Method> = {}
  for (const [name, route] of Object.entries(ROUTES)) {
    methods[name] =
      route.answer.kind === 'events'
        ? (input = {}, { signal } = {}) =>
            watchRender(send, route, input, { ...(signal ? { signal } : {}), reconnect })
        : (input = {}, callOptions = {}) => call(send, route, input, callOptions)
  }
  // The table above has exactly one method for each route; its type is derived from the same table.
  return methods as unknown as Client
}

async function call(
  send: Send,
  route: RouteDefinition,
  input: Input,
  options: IdempotentCallOptions,
): Promise<unknown> {
  const { answer } = route
  const also = answer.kind === 'report' ? [503] : []
  const response = await send(route, input, { ...options, also })
  try {
    switch (answer.kind) {
      case 'image':
        return await imageOf(response)
      case 'text':
        return await response.text()
      case 'document':
        return await response.json()
      case 'json':
      case 'report':
        return parseAnswer(answer.schema, await response.json(), response)
      case 'events':
        throw new TypeError('events are watched, not called')
    }
  } catch (cause) {
    if (cause instanceof ReverieError) throw cause
    throw noAnswerError(response.url, cause, options.signal)
  }
}

const imageOf = async (response: Response): Promise<ImageFile> => ({
  bytes: new Uint8Array(await response.arrayBuffer()),
  type: response.headers.get('content-type') ?? 'application/octet-stream',
})

function parseAnswer(schema: z.ZodMiniType, value: unknown, response: Response): unknown {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.join('.') || '(root)'
  throw new ReverieError(
    'internal',
    `The answer of ${response.url} is not what this client knows: field ${field}. Use a client of the coordinator's version.`,
    { field },
  )
}
