import { createHash } from 'node:crypto'
import type { Handlers } from '@reverie/api/server'
import {
  type Account,
  canonicalSeed,
  type RenderRecord,
  type RenderRequest,
  Sha256,
} from '@reverie/core'
import type { RenderService } from '@reverie/dispatch'
import type { Watchers } from '../events/watchers.ts'
import { receiptView } from '../views/receipt-view.ts'
import { renderView } from '../views/render-view.ts'

type RenderRoute =
  | 'createRender'
  | 'listRenders'
  | 'getRender'
  | 'cancelRender'
  | 'renderEvents'
  | 'getReceipt'

/** Equal for requests that mean the same, whatever the order of their keys and the form of their seeds. */
function fingerprintOf(request: RenderRequest): Sha256 {
  const same = {
    ...request,
    seed: request.seed === undefined ? undefined : canonicalSeed(request.seed),
    variation: request.variation && {
      ...request.variation,
      seed: canonicalSeed(request.variation.seed),
    },
  }
  const text = JSON.stringify(Object.entries(same).sort(([a], [b]) => (a < b ? -1 : 1)))
  return Sha256.parse(createHash('sha256').update(text).digest('hex'))
}

/** 0 for what is no id of ours: the stream then counts from 1. */
function lastEventIdOf(header: string | string[] | undefined): number {
  const id = Number(header)
  return Number.isSafeInteger(id) && id > 0 ? id : 0
}

const isQueued = ({ jobs }: RenderRecord) => jobs.some((job) => job.state === 'queued')

export function renderHandlers(
  renders: RenderService,
  watchers: Watchers,
): Pick<Handlers, RenderRoute> {
  const viewOf = async (render: RenderRecord) =>
    renderView(render, isQueued(render) ? await renders.waiting(render) : undefined)

  async function submit(account: Account, request: RenderRequest, key: string | undefined) {
    if (key === undefined) return renders.submit(account, request)
    return renders.submit(account, request, { key, fingerprint: fingerprintOf(request) })
  }

  return {
    createRender: async ({ account, body, headers, reply }) => {
      const { render, created } = await submit(account, body, headers['idempotency-key'])
      if (!created) reply.header('idempotency-replayed', 'true')
      reply.header('location', `/v1/renders/${render.id}`)
      return viewOf(render)
    },

    listRenders: async ({ account, query: { limit, cursor } }) => {
      // One more than asked for tells whether there is a next page.
      const found = await renders.list(account, {
        limit: limit + 1,
        ...(cursor ? { before: cursor } : {}),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        renders: page.map((render) => renderView(render)),
        ...(found.length > limit && last ? { next: last.id } : {}),
      }
    },

    getRender: async ({ account, params }) => viewOf(await renders.get(account, params.id)),

    cancelRender: async ({ account, params }) => viewOf(await renders.cancel(account, params.id)),

    renderEvents: async ({ account, params, request, reply }) => {
      const lastEventId = lastEventIdOf(request.headers['last-event-id'])
      const stream = await watchers.watch(account, params.id, lastEventId)
      reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // Proxies that buffer would hold events back.
        'x-accel-buffering': 'no',
      })
      return stream
    },

    getReceipt: async ({ account, params }) =>
      receiptView(await renders.receipt(account, params.id)),
  }
}
