import { ReverieError } from '@reverie/core'
import { type HttpClient, printed } from './http-client.ts'
import { type RetryModules, withRetries } from './retry.ts'

export interface FetchedText {
  readonly text: string
  readonly headers: Headers
  readonly url: URL
}

/**
 * Gets a small document.
 * @throws ReverieError `download_failed`, `model_not_found`, `model_invalid` when it has more than `maxBytes`
 */
export async function fetchText(
  { http, ...modules }: RetryModules & { readonly http: HttpClient },
  url: URL,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<FetchedText> {
  return withRetries(modules, { what: printed(url), signal }, async () => {
    const answer = await http.get(url, {}, signal)
    const chunks: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const chunk of answer.chunks()) {
        bytes += chunk.length
        if (bytes > maxBytes) throw tooLarge(url, maxBytes)
        chunks.push(chunk)
      }
    } finally {
      await answer.close()
    }
    const text = Buffer.concat(chunks).toString('utf8')
    return { text, headers: answer.headers, url: answer.url }
  })
}

const tooLarge = (url: URL, maxBytes: number) =>
  new ReverieError(
    'model_invalid',
    `${printed(url)} has more than ${maxBytes} bytes; no listing or manifest of a model has`,
    { file: printed(url) },
  )
