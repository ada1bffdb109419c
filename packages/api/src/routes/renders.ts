import { JobId, RenderEvent, RenderId, RenderRequest } from '@reverie/core'
import * as z from 'zod/mini'
import { defineRoute } from '../route.ts'
import { ReceiptView } from '../views/receipt-view.ts'
import { RenderPage, RenderView } from '../views/render-view.ts'

/** A prompt of every allowed character four bytes long stays far below it. */
const MAX_RENDER_BYTES: number = 1024 * 1024
const MAX_PAGE = 100
const USUAL_PAGE = 20

export const IdempotencyKey = z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/))

export const createRender = defineRoute({
  method: 'POST',
  path: '/v1/renders',
  tag: 'renders',
  summary: 'Ask for a render',
  description:
    'Answers as soon as the render is stored and queued. With an `Idempotency-Key`, sending the same request again answers with the render that the first one made; the header `Idempotency-Replayed: true` says so.',
  auth: 'account',
  headers: z.object({ 'idempotency-key': z.optional(IdempotencyKey) }),
  body: {
    schema: RenderRequest,
    maxBytes: MAX_RENDER_BYTES,
    example: { prompt: 'red apple, 3d style, blue background', steps: 20, seed: '42' },
  },
  answer: { kind: 'json', status: 202, schema: RenderView },
  errors: [
    'model_not_found',
    'model_incompatible',
    'unsupported_by_model',
    'input_invalid',
    'idempotency_conflict',
    'shutting_down',
  ],
})

export const listRenders = defineRoute({
  method: 'GET',
  path: '/v1/renders',
  tag: 'renders',
  summary: 'List renders, newest first',
  auth: 'account',
  query: z.strictObject({
    limit: z._default(
      z.coerce.number<number>().check(z.int(), z.gte(1), z.lte(MAX_PAGE)),
      USUAL_PAGE,
    ),
    /** `next` of the page before. */
    cursor: z.optional(RenderId),
  }),
  answer: { kind: 'json', status: 200, schema: RenderPage },
  errors: [],
})

const params = z.object({ id: RenderId })

export const getRender = defineRoute({
  method: 'GET',
  path: '/v1/renders/:id',
  tag: 'renders',
  summary: 'Look at a render',
  auth: 'account',
  params,
  answer: { kind: 'json', status: 200, schema: RenderView },
  errors: ['render_not_found'],
})

export const cancelRender = defineRoute({
  method: 'DELETE',
  path: '/v1/renders/:id',
  tag: 'renders',
  summary: 'Cancel a render',
  description:
    'Ends what is still open and keeps what is finished. Cancelling a render that is already over changes nothing.',
  auth: 'account',
  params,
  answer: { kind: 'json', status: 200, schema: RenderView },
  errors: ['render_not_found'],
})

export const renderEvents = defineRoute({
  method: 'GET',
  path: '/v1/renders/:id/events',
  tag: 'renders',
  summary: 'Watch a render',
  description:
    'Server-sent events. The stream starts with the current state of every job, goes on live and ends after `done`. Whoever reconnects gets the current state again; ids go on from `Last-Event-ID`.',
  auth: 'account',
  params,
  answer: { kind: 'events', status: 200, schema: RenderEvent },
  errors: ['render_not_found'],
})

export const getReceipt = defineRoute({
  method: 'GET',
  path: '/v1/jobs/:id/receipt',
  tag: 'renders',
  summary: 'Get the signed receipt of a job',
  auth: 'account',
  params: z.object({ id: JobId }),
  answer: { kind: 'json', status: 200, schema: ReceiptView },
  errors: ['job_not_found'],
})
