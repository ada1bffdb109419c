import { type Account, type AccountRecords, ReverieError } from '@reverie/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hashApiKey, isApiKey } from '../api-keys.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request carries; undefined when it carries none that is known. */
    account: Account | undefined
    /** The request carries a key that is not known: refused, once the rate limit has counted it. */
    hasWrongKey: boolean
  }
}

const BEARER = /^Bearer +(\S+) *$/i

function keyOf({ headers }: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': apiKey } = headers
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1] ?? authorization
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined
}

/** Looks every request's key up, before rate limits and bodies. */
export function authenticate(app: FastifyInstance, accounts: Pick<AccountRecords, 'byKey'>): void {
  app.decorateRequest('account', undefined)
  app.decorateRequest('hasWrongKey', false)

  app.addHook('onRequest', async (request) => {
    const key = keyOf(request)
    if (key === undefined) return
    // What cannot be a key costs no look-up.
    request.account = isApiKey(key) ? await accounts.byKey(hashApiKey(key)) : undefined
    request.hasWrongKey = request.account === undefined
  })
}

/** Refuses a wrong key even where none is needed: whoever sends one wants to know. Runs after the rate limit. */
export function refuseWrongKeys(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => {
    if (!request.hasWrongKey) return
    throw new ReverieError(
      'unauthorized',
      'This API key is not known here; check that it is complete ("rvk_" and 43 characters) and was made by this coordinator.',
    )
  })
}
