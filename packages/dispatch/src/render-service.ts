import {
  type Account,
  inputsOf,
  isReverieError,
  type JobId,
  newJobId,
  newRenderId,
  type RenderEvent,
  type RenderId,
  type RenderParameters,
  type RenderRecord,
  type RenderRequest,
  ReverieError,
  seedOfImage,
} from '@reverie/core'
import { admit } from './admission/admit.ts'
import { announceIfDone } from './announce.ts'
import type { Dispatcher } from './dispatcher.ts'
import { laneOf, needsOfRender } from './lane.ts'
import type { LeaseTable } from './leases.ts'
import type { DispatchMetrics } from './metrics.ts'
import { namesIn } from './model-names.ts'
import type { DispatchModules, Idempotency } from './ports.ts'
import { type Waiting, waitingOf } from './positions.ts'

/**
 * Renders as artists use them. A render of another account is answered as if it did not exist.
 * Every method may reject with ReverieError `storage_unavailable`; what the caller did wrong is a ReverieError too, with
 * `field` and `accepted` in its facts where a field is at fault.
 */
export interface RenderService {
  /**
   * Admits, stores and queues. The rows are durable when it resolves. `created` is false when the idempotency key was used
   * before with the same fingerprint: then `render` is the earlier one.
   * @throws ReverieError `model_not_found`, `model_incompatible`, `unsupported_by_model`, `invalid_parameter`,
   * `input_invalid`, `idempotency_conflict`, `shutting_down`
   */
  submit(
    account: Account,
    request: RenderRequest,
    idempotency?: Idempotency,
  ): Promise<{ readonly render: RenderRecord; readonly created: boolean }>
  /** @throws ReverieError `render_not_found` */
  get(account: Account, id: RenderId): Promise<RenderRecord>
  /** Newest first, at most `limit`; `before` is the id of the last render of the page before. */
  list(
    account: Account,
    page: { readonly limit: number; readonly before?: RenderId },
  ): Promise<readonly RenderRecord[]>
  /**
   * Ends what is still open: queued jobs at once, leased ones between two model calls. Cancelling a final render changes
   * nothing. Resolves with the render as it is then. @throws ReverieError `render_not_found`
   */
  cancel(account: Account, id: RenderId): Promise<RenderRecord>
  /** Canonical DAG-CBOR of the countersigned receipt. @throws ReverieError `job_not_found` */
  receipt(account: Account, job: JobId): Promise<Uint8Array>
  /** Place and reason of every queued job of the render; jobs in another state are left out. */
  waiting(render: RenderRecord): Promise<ReadonlyMap<JobId, Waiting>>
  /**
   * Live events from now on, in order for each job. Best effort and without access check: callers `get` the render first.
   * The listener must not throw. Returns the unsubscribe function.
   */
  subscribe(render: RenderId, listener: (event: RenderEvent) => void): () => void
}

const randomNonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')

export function createRenderService(
  modules: DispatchModules & {
    readonly leases: LeaseTable
    readonly measures: DispatchMetrics
    readonly dispatcher: Dispatcher
    readonly isStopping: () => boolean
  },
): RenderService {
  const { records, queue, events, catalogue, clock, leases, measures, dispatcher } = modules
  const logger = modules.logger.child({ part: 'renders' })

  async function enqueue(render: RenderRecord): Promise<void> {
    const lane = laneOf(needsOfRender(render.parameters))
    try {
      await queue.add(render.jobs.map((job) => ({ job: job.id, lane, priority: 0 })))
    } catch (error) {
      // The rows are safe: the reconciler adds what the queue lacks.
      logger.error('accepted jobs are not queued yet', { render: render.id, reason: String(error) })
    }
  }

  async function admitFor({ id }: Account, request: RenderRequest): Promise<RenderParameters> {
    const model = catalogue.find(request.model)
    const sent = await modules.inputs.find(id, inputsOf(request))
    return admit(request, {
      model,
      offered: catalogue.list(),
      sent: new Map(sent.map((input) => [input.hash, input])),
    })
  }

  const service: RenderService = {
    submit: async (account, request, idempotency) => {
      if (modules.isStopping()) {
        throw new ReverieError(
          'shutting_down',
          'the coordinator is shutting down; send the render again in a moment',
        )
      }
      const parameters = await admitFor(account, request)
      const jobs = Array.from({ length: parameters.n }, (_, index) => ({
        id: newJobId(),
        index,
        seed: seedOfImage(parameters.seed, index),
        nonce: randomNonce(),
      }))
      const { render, created } = await records.create({
        id: newRenderId(),
        account: account.id,
        parameters,
        createdAt: clock.now(),
        jobs,
        idempotency,
      })
      if (created) {
        measures.renders.inc()
        await enqueue(render)
      }
      return { render, created }
    },

    get: async (account, id) => {
      const render = await records.render(id)
      if (render?.account !== account.id) {
        throw new ReverieError('render_not_found', `no render ${id} belongs to this account`)
      }
      return render
    },

    list: (account, page) => records.list(account.id, page),

    cancel: async (account, id) => {
      await service.get(account, id)
      const cancelled = await records.cancel(id, clock.now())
      for (const job of cancelled) {
        leases.of(job.id)?.abort.abort()
        await queue.remove(job.id).catch((error: unknown) => {
          if (!isReverieError(error)) throw error
          logger.warn('cancelled job is still queued', { job: job.id, reason: error.message })
        })
        events.publish(id, { type: 'cancelled', job: job.id, index: job.index })
        measures.jobsFinished.inc({ state: 'cancelled' })
      }
      if (cancelled.length > 0) await announceIfDone(modules, id)
      return service.get(account, id)
    },

    receipt: async (account, id) => {
      const job = await records.job(id)
      const receipt = job?.account === account.id ? await records.receipt(id) : undefined
      if (!receipt) {
        throw new ReverieError('job_not_found', `no finished job ${id} belongs to this account`)
      }
      return receipt
    },

    waiting: (render) => waitingOf(queue, dispatcher.candidates(), render, namesIn(catalogue)),

    subscribe: (render, listener) => events.subscribe(render, listener),
  }
  return service
}
