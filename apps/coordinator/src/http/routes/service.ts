import { openApiDocument } from '@reverie/api'
import type { Handlers } from '@reverie/api/server'
import type { Logger } from '@reverie/core'
import type { HealthPart, HttpModules } from '../ports.ts'

const NOT_READY = 503

async function askHealth(
  health: HttpModules['health'],
  log: Logger,
): Promise<readonly HealthPart[]> {
  try {
    return await health()
  } catch (error) {
    log.error('health check failed', { error })
    return [{ name: 'health', state: 'red', reason: 'the check itself failed; see the log' }]
  }
}

export function serviceHandlers(
  { health, exposition, log }: Pick<HttpModules, 'health' | 'exposition' | 'log'>,
  version: string,
): Pick<Handlers, 'landing' | 'live' | 'ready' | 'openapi' | 'metrics'> {
  const description = JSON.stringify(openApiDocument())
  return {
    landing: async () => ({ name: 'reverie', version, docs: '/docs/', openapi: '/openapi.json' }),

    live: async () => ({ live: true, version }),

    ready: async ({ reply }) => {
      const parts = await askHealth(health, log)
      const ready = parts.every(({ state }) => state !== 'red')
      if (!ready) reply.code(NOT_READY)
      return { ready, parts: [...parts] }
    },

    openapi: async () => description,

    metrics: async ({ reply }) => {
      reply.type(exposition.contentType)
      return exposition.text()
    },
  }
}
