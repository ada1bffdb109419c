import type * as z from 'zod/mini'
import type { RouteDefinition } from '../route.ts'

type FieldsOf<R, Part extends 'params' | 'query' | 'headers'> = R extends {
  readonly [P in Part]: infer S extends z.ZodMiniType
}
  ? z.input<S>
  : unknown

type BodyOf<R> = R extends { readonly body: { readonly schema: infer S extends z.ZodMiniType } }
  ? z.input<S>
  : unknown

/** What a route that takes a file is given beside its fields. */
type FileOf<R> = R extends { readonly file: object } ? ImageFile : unknown

/** Id brands are proofs of parsing; callers may pass plain text, which the server checks. */
type Plain<T> = T extends string ? (string extends T ? string : T extends z.$brand ? string : T) : T

type Flat<T> = { [K in keyof T]: Plain<T[K]> }

/** What a client method takes: the fields of path, query and body side by side, or a file. Header fields are call options. */
export type InputOf<R> = Flat<FieldsOf<R, 'params'> & FieldsOf<R, 'query'> & BodyOf<R> & FileOf<R>>

/** An image as it came. */
export interface ImageFile {
  readonly bytes: Uint8Array
  /** e.g. "image/png" */
  readonly type: string
}

type AnswerOf<R> = R extends { readonly answer: infer A } ? A : never

/** What a client method gives. */
export type OutputOf<R> =
  AnswerOf<R> extends { readonly kind: 'events'; readonly schema: infer S extends z.ZodMiniType }
    ? AsyncIterableIterator<z.output<S>>
    : AnswerOf<R> extends { readonly schema: infer S extends z.ZodMiniType }
      ? Promise<z.output<S>>
      : AnswerOf<R> extends { readonly kind: 'image' }
        ? Promise<ImageFile>
        : AnswerOf<R> extends { readonly kind: 'document' }
          ? Promise<Record<string, unknown>>
          : Promise<string>

export interface CallOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Options of a route that takes an `Idempotency-Key`. */
export interface IdempotentCallOptions extends CallOptions {
  /** 1 to 200 visible ASCII characters; the same key with the same request makes one render. */
  readonly idempotencyKey?: string
}

type OptionsOf<R> = R extends { readonly headers: unknown } ? IdempotentCallOptions : CallOptions

/** One method of the client. The input may be left out where no field is required. */
export type MethodOf<R> =
  Record<string, never> extends InputOf<R>
    ? (input?: InputOf<R>, options?: OptionsOf<R>) => OutputOf<R>
    : (input: InputOf<R>, options?: OptionsOf<R>) => OutputOf<R>

/** Spreads a method's input over the parts of its route. */
export function partsOf(
  route: RouteDefinition,
  input: Readonly<Record<string, unknown>>,
): {
  readonly path: string
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  readonly contentType: string
} {
  let { path } = route
  const query = new URLSearchParams()
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue
    if (route.params && name in route.params.shape) {
      path = path.replace(`:${name}`, encodeURIComponent(String(value)))
    } else if (route.query && name in route.query.shape) query.set(name, String(value))
    else body[name] = value
  }
  const file = route.file && (input as unknown as ImageFile)
  return {
    path: query.size > 0 ? `${path}?${query}` : path,
    // fetch takes no memory that another thread may change.
    body: file ? Uint8Array.from(file.bytes) : route.body ? JSON.stringify(body) : undefined,
    contentType: file?.type ?? 'application/json',
  }
}
