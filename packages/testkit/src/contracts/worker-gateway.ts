import type {
  Disposition,
  ErrorObject,
  JobId,
  JobProgress,
  JobSpec,
  LeaseEnd,
  PeerId,
  ResultSubmission,
  Sha256,
  WorkerChange,
  WorkerGateway,
  WorkerProfile,
} from '@reverie/core'
import { ReverieError } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildPeerId, buildSha256 } from '../builders/ids.ts'
import { buildJobSpec } from '../builders/job-spec.ts'
import { SOON } from './harness.ts'

/** A lease in the hands of a worker that does what the suite says. */
export interface ContractLease {
  readonly spec: JobSpec
  /** Fires when the coordinator wants it stopped; the worker then ends it as `cancelled`. */
  readonly signal: AbortSignal
  progress(progress: JobProgress): void
  finish(): void
  fault(error: ErrorObject): void
}

export interface ContractWorker {
  readonly peer: PeerId
  /** The next lease nobody has taken from here yet; waits for it. */
  nextLease(): Promise<ContractLease>
  update(changes: Partial<WorkerProfile>): void
  /** Rejects on "not now". */
  submit(submission: ResultSubmission): Promise<Disposition>
  /** Fetches an input picture of a job. Rejects where it is not given. */
  input(job: JobId, hash: Sha256): Promise<Uint8Array>
  /** The connection closes. */
  leave(): void
}

/** What the suite needs of a gateway: an empty one for each test, and workers that join it. */
export interface WorkerGatewayHarness {
  readonly gateway: WorkerGateway
  join(profile?: Partial<WorkerProfile>): Promise<ContractWorker>
  close(): Promise<void>
}

const submission = (): ResultSubmission => ({
  spec: buildJobSpec(),
  image: Uint8Array.of(1, 2, 3),
  receipt: Uint8Array.of(4),
})

/** What every {@link WorkerGateway} guarantees. */
export function describeWorkerGatewayContract(
  name: string,
  setup: () => Promise<WorkerGatewayHarness>,
): void {
  describe(name, () => {
    let harness: WorkerGatewayHarness
    let gateway: WorkerGateway
    beforeEach(async () => {
      harness = await setup()
      gateway = harness.gateway
    })
    afterEach(() => harness.close())

    const lease = (peer: PeerId, spec: JobSpec = buildJobSpec()) => {
      const controller = new AbortController()
      const progress: JobProgress[] = []
      const end: Promise<LeaseEnd> = gateway.lease(peer, spec, {
        signal: controller.signal,
        onProgress: (each) => progress.push(each),
      })
      return { end, progress, abort: () => controller.abort() }
    }

    it('tells who joined, changed and left, and knows who is there', async () => {
      const changes: WorkerChange[] = []
      gateway.onChange((change) => changes.push(change))
      const worker = await harness.join({ slots: 2 })
      expect(gateway.workers()).toMatchObject([{ peer: worker.peer, profile: { slots: 2 } }])
      worker.update({ slots: 3 })
      await vi.waitFor(() => expect(changes).toHaveLength(2), SOON)
      expect(gateway.workers()).toMatchObject([{ peer: worker.peer, profile: { slots: 3 } }])
      worker.leave()
      await vi.waitFor(() => expect(changes).toHaveLength(3), SOON)
      expect(gateway.workers()).toEqual([])
      expect(changes.map(({ type }) => type)).toEqual(['joined', 'updated', 'left'])
    })

    it('stops telling a listener that unsubscribed', async () => {
      const listener = vi.fn()
      gateway.onChange(listener)()
      await harness.join()
      expect(listener).not.toHaveBeenCalled()
    })

    it('gives a job to the worker and follows it to the end', async () => {
      const worker = await harness.join()
      const spec = buildJobSpec({ prompt: 'a harbour at dawn' })
      const { end, progress } = lease(worker.peer, spec)
      const given = await worker.nextLease()
      expect(given.spec).toEqual(spec)
      given.progress({ step: 3, of: 20, etaMs: 100 })
      await vi.waitFor(() => expect(progress).toEqual([{ step: 3, of: 20, etaMs: 100 }]), SOON)
      given.finish()
      expect(await end).toEqual({ type: 'finished' })
    })

    it('tells a fault as the worker told it', async () => {
      const worker = await harness.join()
      const { end } = lease(worker.peer)
      const error = { code: 'out_of_memory', message: 'no room', facts: { bytes: 7 } } as const
      ;(await worker.nextLease()).fault(error)
      expect(await end).toEqual({ type: 'fault', error })
    })

    it('stops the worker when the signal fires', async () => {
      const worker = await harness.join()
      const { end, abort } = lease(worker.peer)
      const given = await worker.nextLease()
      abort()
      expect(await end).toEqual({ type: 'cancelled' })
      expect(given.signal.aborted).toBe(true)
    })

    it('ends every lease of a worker that leaves as lost, and none of another', async () => {
      const [leaver, stayer] = [await harness.join(), await harness.join()]
      const lost = [lease(leaver.peer), lease(leaver.peer)]
      const kept = lease(stayer.peer)
      await leaver.nextLease()
      await leaver.nextLease()
      const given = await stayer.nextLease()
      leaver.leave()
      expect(await Promise.all(lost.map(({ end }) => end))).toEqual([
        { type: 'lost' },
        { type: 'lost' },
      ])
      given.finish()
      expect(await kept.end).toEqual({ type: 'finished' })
    })

    it('loses a lease to a worker that is not there, without rejecting', async () => {
      expect(await lease(buildPeerId(77)).end).toEqual({ type: 'lost' })
    })

    it('tells workers "not now" until results are taken, then hands them over as they are', async () => {
      const worker = await harness.join()
      await expect(worker.submit(submission())).rejects.toMatchObject({
        code: 'coordinator_unreachable',
      })
      const taken: unknown[] = []
      gateway.onResult(async (peer, result) => {
        taken.push(peer, result)
        return { type: 'accepted', receipt: Uint8Array.of(9) }
      })
      const result = submission()
      expect(await worker.submit(result)).toEqual({ type: 'accepted', receipt: Uint8Array.of(9) })
      expect(taken).toEqual([worker.peer, result])
    })

    it('tells the worker "not now" when the sink rejects', async () => {
      const worker = await harness.join()
      gateway.onResult(async () => {
        throw new Error('the database is away')
      })
      await expect(worker.submit(submission())).rejects.toThrow()
    })

    it('carries pictures of a job under way', async () => {
      const worker = await harness.join()
      const { end, progress } = lease(worker.peer)
      const given = await worker.nextLease()
      const preview = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2)
      given.progress({ step: 3, of: 20, etaMs: 100, preview })
      await vi.waitFor(() => {
        expect(progress).toEqual([{ step: 3, of: 20, etaMs: 100, preview }])
      }, SOON)
      given.finish()
      await end
    })

    it('hands over what a worker says about its picture', async () => {
      const worker = await harness.join()
      const taken: ResultSubmission[] = []
      gateway.onResult(async (_peer, result) => {
        taken.push(result)
        return { type: 'accepted', receipt: Uint8Array.of(9) }
      })
      const result = { ...submission(), notes: ['a part was cut'], flagged: true }
      await worker.submit(result)
      expect(taken).toEqual([result])
    })

    it('gives input pictures as the source has them, and tells it who asks', async () => {
      const worker = await harness.join()
      const { job } = buildJobSpec()
      const file = new TextEncoder().encode('a picture')
      const hash = buildSha256('a picture')
      await expect(worker.input(job, hash)).rejects.toMatchObject({
        code: 'coordinator_unreachable',
      })
      const asked: unknown[] = []
      gateway.onInput(async (...question) => {
        asked.push(question)
        return file
      })
      expect(await worker.input(job, hash)).toEqual(file)
      expect(asked).toEqual([[worker.peer, job, hash]])
    })

    it('tells the worker why it is not given an input picture', async () => {
      const worker = await harness.join()
      gateway.onInput(async () => {
        throw new ReverieError('input_invalid', 'this worker does not hold the job')
      })
      await expect(worker.input(buildJobSpec().job, buildSha256('x'))).rejects.toMatchObject({
        code: 'input_invalid',
        message: 'this worker does not hold the job',
      })
    })

    it('disconnects a worker: it is gone and its leases are lost', async () => {
      const worker = await harness.join()
      const { end } = lease(worker.peer)
      await worker.nextLease()
      await gateway.disconnect(worker.peer, {
        code: 'peer_refused',
        message: 'banned',
        facts: { final: true },
      })
      expect(await end).toEqual({ type: 'lost' })
      expect(gateway.workers()).toEqual([])
    })
  })
}
