import type { ErrorCode } from '@reverie/core'
import type * as z from 'zod/mini'

/** A flat object schema: its keys are the names in the path, the query or the headers. */
type Fields = z.ZodMiniObject

/** What a route answers when all went well. */
export type RouteAnswer =
  | { readonly kind: 'json'; readonly status: 200 | 202; readonly schema: z.ZodMiniType }
  /** JSON whose schema also holds for 503: a report, not an error. */
  | { readonly kind: 'report'; readonly status: 200; readonly schema: z.ZodMiniType }
  /** Server-sent events, each `data` one value of the schema in JSON. */
  | { readonly kind: 'events'; readonly status: 200; readonly schema: z.ZodMiniType }
  /** An image file, whole or a range of it. */
  | { readonly kind: 'image'; readonly status: 200 }
  | { readonly kind: 'text'; readonly status: 200; readonly contentType: string }
  /** A JSON document that has its own standard, such as OpenAPI. */
  | { readonly kind: 'document'; readonly status: 200 }

/** One route, defined once: types, validation, client, server and documentation all come from it. */
export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Names in the path are written ":name". */
  readonly path: string
  readonly tag: 'renders' | 'inputs' | 'images' | 'models' | 'workers' | 'service'
  readonly summary: string
  readonly description?: string
  /** `account`: an API key is needed. */
  readonly auth: 'account' | 'public'
  /** Rate limits do not count it: probes and scrapers come often, from one address, without a key. */
  readonly unlimited?: true
  readonly params?: Fields
  readonly query?: Fields
  readonly headers?: Fields
  readonly body?: {
    readonly schema: Fields
    readonly maxBytes: number
    readonly example: Readonly<Record<string, unknown>>
  }
  /** A body that is a file as it stands; a route has this or `body`. */
  readonly file?: {
    /** Media types that are read. */
    readonly types: readonly string[]
    readonly maxBytes: number
  }
  readonly answer: RouteAnswer
  /** Codes of its own; those that any route may answer are added by {@link errorsOf}. */
  readonly errors: readonly ErrorCode[]
}

const EVERYWHERE: readonly ErrorCode[] = ['storage_unavailable', 'internal']

/** Every code a route may answer with. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  const codes: ErrorCode[] = [...route.errors]
  if (route.unlimited !== true) codes.push('rate_limited')
  if (route.auth === 'account') codes.push('unauthorized')
  if (route.params ?? route.query ?? route.headers ?? route.body) codes.push('invalid_parameter')
  if (route.body ?? route.file) codes.push('malformed_request', 'body_too_large')
  return [...new Set([...codes, ...EVERYWHERE])]
}

/** Keeps the literal types of a definition. */
export const defineRoute = <const R extends RouteDefinition>(route: R): R => route
