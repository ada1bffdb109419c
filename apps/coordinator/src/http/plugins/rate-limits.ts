import rateLimit from '@fastify/rate-limit'
import { ReverieError } from '@reverie/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CompiledHttpOptions } from '../options.ts'

const WINDOW_MS = 60_000
/** Accounts and addresses counted at once; the least recently seen is forgotten first. */
const MAX_COUNTED = 20_000

/** Operators run the machine; probes have no key and must always get through. */
const isUnlimited = ({ account, routeOptions }: FastifyRequest): boolean =>
  account?.role === 'operator' || routeOptions.config.definition?.route.unlimited === true

/**
 * Counts requests for each account, and for each address those without a valid key: one account's flood costs its
 * neighbours behind the same address nothing. Routes registered after it are limited, unknown paths too.
 */
export async function limitRates(
  app: FastifyInstance,
  { perAccount, perAddress }: CompiledHttpOptions['rateLimits'],
): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    hook: 'onRequest',
    timeWindow: WINDOW_MS,
    cache: MAX_COUNTED,
    keyGenerator: ({ account, ip }) => (account ? `account ${account.id}` : `address ${ip}`),
    max: ({ account }) => (account ? perAccount : perAddress),
    allowList: isUnlimited,
    errorResponseBuilder: (request, { max, ttl }) => {
      const who = request.account ? 'this account' : 'this address'
      const seconds = Math.ceil(ttl / 1000)
      return new ReverieError(
        'rate_limited',
        `More than ${max} requests came from ${who} within a minute; try again in ${seconds} s.`,
        { accepted: `${max} requests a minute` },
      )
    },
  })
}
