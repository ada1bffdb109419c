import { ReverieError } from '@reverie/core'
import type { FastifyInstance } from 'fastify'

const REASONS: Record<string, string> = {
  EADDRINUSE: 'another program uses it; stop that program or choose another port',
  EACCES: 'this user may not listen there; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine does not have that address',
}

/**
 * Opens the HTTP port.
 *
 * @returns the address to use, e.g. "http://127.0.0.1:7420"
 * @throws ReverieError `address_in_use`
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw new ReverieError(
      'address_in_use',
      `cannot listen on ${host} port ${port}: ${REASONS[code] ?? message} (--port)`,
      { host, port },
      { cause },
    )
  }
  const address = app.server.address()
  const actual = typeof address === 'object' && address ? address.port : port
  // Every interface is reached from here by the loopback address.
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${actual}`
}
