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

type FileOf<R> = R extends { readonly file: object } ? UploadedFile : undefined

/** A file as it came in a body. */
export interface UploadedFile {
  readonly bytes: Uint8Array
  /** Its media type as the caller stated it, e.g. "image/png"; one of those that the route reads. */
  readonly type: string
}

/** A request after every part went through its schema. */
export interface RouteCall<R> {
  readonly params: Parsed<R, 'params'>
  readonly query: Parsed<R, 'query'>
  readonly headers: Parsed<R, 'headers'>
  readonly body: ParsedBody<R>
  readonly file: FileOf<R>
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
