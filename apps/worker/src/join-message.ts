import * as z from 'zod/mini'

/** What a parent tells over IPC: whom to work for. */
const JoinMessage = z.object({
  type: z.literal('join'),
  address: z.string().check(z.startsWith('/'), z.maxLength(500)),
})

/** As much of Node's `process` as is needed. */
export interface Parent {
  on(event: 'message', listener: (message: unknown) => void): unknown
  off(event: 'message', listener: (message: unknown) => void): unknown
}

/**
 * Waits for the parent to tell the coordinator's multiaddr. Messages that came before are not lost: Node keeps them until
 * somebody listens. Rejects with the signal's reason.
 */
export async function receiveJoin(parent: Parent, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onMessage = (message: unknown) => {
    const join = z.safeParse(JoinMessage, message)
    if (join.success) resolve(join.data.address)
  }
  const onAbort = () => reject(signal.reason)
  parent.on('message', onMessage)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } finally {
    parent.off('message', onMessage)
    signal.removeEventListener('abort', onAbort)
  }
}
