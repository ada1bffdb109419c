import type { HttpOptions } from './ports.ts'

/** {@link HttpOptions} with every choice made. */
export interface CompiledHttpOptions {
  readonly version: string
  readonly rateLimits: { readonly perAccount: number; readonly perAddress: number }
  readonly trustedProxies: number
  readonly heartbeatMs: number
}

/** A studio that loads a gallery asks for many images at once; a flood is far above it. */
const REQUESTS_PER_MINUTE = 1_200
/** Proxies close connections after 30 to 60 s of silence. */
const HEARTBEAT_MS = 15_000

export const compileHttpOptions = (options: HttpOptions): CompiledHttpOptions =>
  Object.freeze({
    version: options.version,
    rateLimits: Object.freeze({
      perAccount: options.rateLimits?.perAccount ?? REQUESTS_PER_MINUTE,
      perAddress: options.rateLimits?.perAddress ?? REQUESTS_PER_MINUTE,
    }),
    trustedProxies: options.trustedProxies ?? 0,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
  })
