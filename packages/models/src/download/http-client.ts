import { type Clock, ReverieError } from '@reverie/core'
import { refuse } from './refusal.ts'
import { type StallGuard, startStallGuard } from './stall-guard.ts'
import { TransferError, wireFailure } from './transfer-error.ts'

export interface HttpModules {
  readonly clock: Clock
}

export interface HttpOptions {
  /** Sent to this origin only, however a redirect leads elsewhere. */
  readonly token?: { readonly origin: string; readonly value: string } | undefined
  /** A connection that brings less than `stallBytes` in this time is given up, ms. @defaultValue 30,000 */
  readonly stallMs?: number
  /** @defaultValue 4,096 */
  readonly stallBytes?: number
}

export interface HttpAnswer {
  /** 200, 206 or 416. */
  readonly status: number
  readonly headers: Headers
  /** Where it came from after redirects. */
  readonly url: URL
  /** Throws TransferError when the connection breaks or stalls. */
  chunks(): AsyncIterable<Uint8Array>
  /** Gives the connection back without reading on. */
  close(): Promise<void>
}

export interface HttpClient {
  /**
   * Gets an address, following redirects.
   * @throws TransferError for what may pass (a drop, 429, 5xx)
   * @throws ReverieError `download_failed`, `model_not_found` for what will not
   */
  get(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const ANSWERS = new Set([200, 206, 416])
const STALL_MS = 30_000
/** Less than this is no transfer: at a tenth of a kilobyte a second a model takes years. */
const STALL_BYTES = 4_096

export function createHttpClient(
  { clock }: HttpModules,
  { token, stallMs = STALL_MS, stallBytes = STALL_BYTES }: HttpOptions = {},
): HttpClient {
  const request = async (
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const isKnown = token !== undefined && url.origin === token.origin
    return fetch(url, {
      redirect: 'manual',
      signal,
      headers: {
        ...headers,
        // A Range of a compressed body would be a range of other bytes.
        'accept-encoding': 'identity',
        'user-agent': 'reverie',
        ...(isKnown ? { authorization: `Bearer ${token.value}` } : {}),
      },
    })
  }

  return {
    async get(first, headers, signal) {
      const guard = startStallGuard(clock, stallMs, stallBytes, signal)
      try {
        let url = first
        for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
          const response = await request(url, headers, guard.signal)
          if (ANSWERS.has(response.status)) return answer(response, url, guard)
          await response.body?.cancel()
          if (!REDIRECTS.has(response.status)) throw refuse(response, url, clock)
          url = nextAddress(url, response.headers.get('location'))
        }
        throw failed(first, `it redirects more than ${MAX_REDIRECTS} times`)
      } catch (error) {
        guard.stop()
        throw translated(error, first, guard, signal)
      }
    },
  }
}

/** @throws ReverieError `download_failed` for an address that is none, or that would drop encryption */
function nextAddress(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from.href)
  if (to === null || !/^https?:$/.test(to.protocol)) throw failed(from, 'it redirects to nowhere')
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw failed(from, `it redirects to ${to.host} without encryption`)
  }
  return to
}

function answer(response: Response, url: URL, guard: StallGuard): HttpAnswer {
  const close = async () => {
    guard.stop()
    // A body that is already broken has nothing to give back.
    await response.body?.cancel().catch(() => {})
  }
  return {
    status: response.status,
    headers: response.headers,
    url,
    close,
    async *chunks() {
      try {
        for await (const chunk of response.body ?? []) {
          guard.add(chunk.length)
          yield chunk
        }
      } catch (error) {
        throw translated(error, url, guard)
      } finally {
        guard.stop()
      }
    },
  }
}

/** An abort by the caller goes through as it is; ours and the wire's become TransferErrors. */
function translated(
  error: unknown,
  url: URL,
  guard: StallGuard,
  signal: AbortSignal | undefined = guard.outer,
): unknown {
  if (signal?.aborted) return signal.reason
  if (guard.stalled) return new TransferError(`${url.host} ${guard.stalled}`, { cause: error })
  if (error instanceof ReverieError || error instanceof TransferError) return error
  return new TransferError(`${url.host}: ${wireFailure(error)}`, { cause: error })
}

const failed = (url: URL, why: string): ReverieError =>
  new ReverieError('download_failed', `${printed(url)} cannot be fetched: ${why}`, {
    file: printed(url),
  })

/** Without the query: signed addresses carry a secret there. */
export const printed = (url: URL): string => `${url.origin}${url.pathname}`
