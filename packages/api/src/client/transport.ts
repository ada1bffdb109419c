import type { RouteDefinition } from '../route.ts'
import { answerError, noAnswerError } from './answer-error.ts'
import { type IdempotentCallOptions, partsOf } from './input.ts'

export interface TransportOptions {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly fetch: typeof globalThis.fetch
}

/** Makes one call and gives the answer when it is 2xx, or one of `also`. */
export type Send = (
  route: RouteDefinition,
  input: Readonly<Record<string, unknown>>,
  options?: IdempotentCallOptions & {
    readonly headers?: Readonly<Record<string, string>>
    /** Statuses besides 2xx that are answers, not errors. */
    readonly also?: readonly number[]
  },
) => Promise<Response>

/** Sends calls of the route table. Errors are those of `createClient`. */
export function createTransport({ baseUrl, apiKey, fetch }: TransportOptions): Send {
  const base = baseUrl.replace(/\/+$/, '')
  return async (route, input, options = {}) => {
    const { path, body, contentType } = partsOf(route, input)
    const url = base + path
    const headers = new Headers(options.headers)
    if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`)
    if (body !== undefined) headers.set('content-type', contentType)
    if (options.idempotencyKey !== undefined) {
      headers.set('idempotency-key', options.idempotencyKey)
    }
    const { signal } = options
    let response: Response
    try {
      response = await fetch(url, {
        method: route.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      })
    } catch (cause) {
      throw noAnswerError(url, cause, signal)
    }
    if (response.ok || options.also?.includes(response.status)) return response
    throw await answerError(response)
  }
}
