/** A transfer that broke in a way that may pass: it is tried again. Everything else is a ReverieError at once. */
export class TransferError extends Error {
  override readonly name = 'TransferError'
  /** What the server asked to wait, ms. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs
  }
}

/** What went wrong on the wire, in words: undici hides it in the causes. */
export function wireFailure(error: unknown): string {
  const texts: string[] = []
  for (let each = error; each instanceof Error && texts.length < 4; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException
    texts.push(code && !each.message.includes(code) ? `${each.message} (${code})` : each.message)
  }
  return texts.filter(Boolean).join(': ') || String(error)
}
