/** What one call was made with. */
interface SeenCall {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: string | undefined
}

export type Answer =
  | Response
  | Error
  | ((call: SeenCall, signal: AbortSignal | undefined) => Promise<Response>)

/** A fetch that gives the answers in order and remembers the calls; the last answer is given again and again. */
export function createFakeFetch(...answers: readonly Answer[]) {
  const calls: SeenCall[] = []
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    const call = {
      url: String(url),
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? init.body : undefined,
    }
    const answer = answers[Math.min(calls.length, answers.length - 1)]
    calls.push(call)
    if (answer === undefined) throw new Error('no answer was prepared')
    if (answer instanceof Error) throw answer
    return answer instanceof Response ? answer.clone() : answer(call, init.signal ?? undefined)
  }
  return { fetch, calls }
}

export const jsonAnswer = (body: unknown, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  })
