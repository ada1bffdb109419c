import type { Account } from '@reverie/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod/mini'
import type { RouteName, Routes } from '../routes.ts'

type Parsed<R, Part extends 'params' | 'query' | 'headers'> = R extends {
  readonly [P in Part]: infer S extends z.ZodMiniType
}
  ? z.output<S>
  : undefined

type ParsedBody<R> = R extends { readonly body: { readonly schema: infer S extends z.ZodMiniType } }
  ? z.output<S>
  : undefined

/** A request after every part went through its schema. */
export interface RouteCall<R> {
  readonly params: Parsed<R, 'params'>
  readonly query: Parsed<R, 'query'>
  readonly headers: Parsed<R, 'headers'>
  readonly body: ParsedBody<R>
  /** Who asks; undefined on public routes that were called without a key. */
  readonly account: R extends { readonly auth: 'account' } ? Account : Account | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Answer<R> = R extends {
  readonly answer: {
    readonly kind: 'json' | 'report'
    readonly schema: infer S extends z.ZodMiniType
  }
}
  ? Promise<z.input<S>>
  : /** What `reply.send` takes: text, bytes or a stream. */ Promise<unknown>

/** Serves one route. The status is the definition's unless the handler sets another; errors are thrown. */
export type Handler<R> = (call: RouteCall<R>) => Answer<R>

/** `docs` is served by a plugin of its own. */
export type ServedRoute = Exclude<RouteName, 'docs'>

/** One handler for each route. */
export type Handlers = { readonly [Name in ServedRoute]: Handler<Routes[Name]> }
