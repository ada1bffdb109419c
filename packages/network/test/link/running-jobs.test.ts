import { type JobHandler, type JobProgress, type LeaseEnd, silentLogger } from '@reverie/core'
import { buildJobSpec, buildManifestCid } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { createRunningJobs, type JobOutlet } from '../../src/link/running-jobs.ts'

function recordingOutlet() {
  const progress: JobProgress[] = []
  const ended = Promise.withResolvers<LeaseEnd>()
  const outlet: JobOutlet = {
    progress: (each) => progress.push(each),
    ended: ended.resolve,
  }
  return { outlet, progress, ended: ended.promise }
}
const jobsOf = (handler?: JobHandler) => createRunningJobs({ logger: silentLogger }, () => handler)
const held = () => {
  const started = Promise.withResolvers<Parameters<JobHandler>[1]>()
  const end = Promise.withResolvers<LeaseEnd>()
  const handler: JobHandler = (_spec, options) => {
    started.resolve(options)
    return end.promise
  }
  return { handler, started: started.promise, end: end.resolve }
}

describe('running jobs', () => {
  it('tell the one who joins late the latest progress, and the end', async () => {
    const { handler, started, end } = held()
    const jobs = jobsOf(handler)
    const spec = buildJobSpec()
    const first = recordingOutlet()
    jobs.start(spec).attach(first.outlet)()
    const { onProgress } = await started
    onProgress({ step: 1, of: 3, etaMs: undefined })
    onProgress({ step: 2, of: 3, etaMs: undefined })
    const second = recordingOutlet()
    jobs.start(spec).attach(second.outlet)
    onProgress({ step: 3, of: 3, etaMs: undefined })
    end({ type: 'finished' })
    expect(await second.ended).toEqual({ type: 'finished' })
    expect(second.progress.map(({ step }) => step)).toEqual([2, 3])
    expect(first.progress).toEqual([])
  })

  it('fire their signal on a cancel and on nothing else', async () => {
    const { handler, started } = held()
    const job = jobsOf(handler).start(buildJobSpec())
    const { signal } = await started
    job.attach(recordingOutlet().outlet)()
    expect(signal.aborted).toBe(false)
    job.cancel()
    expect(signal.reason).toMatchObject({ code: 'cancelled' })
  })

  it('refuse another request under the id of a job that is under way', () => {
    const jobs = jobsOf(held().handler)
    const spec = buildJobSpec()
    jobs.start(spec)
    expect(() => jobs.start({ ...spec, prompt: 'something else' })).toThrow(
      expect.objectContaining({ code: 'worker_refused' }),
    )
  })

  it('can be started again under the same id once they ended', async () => {
    let runs = 0
    const jobs = jobsOf(async () => {
      runs += 1
      return { type: 'finished' }
    })
    const spec = buildJobSpec()
    for (let round = 0; round < 2; round += 1) {
      const { outlet, ended } = recordingOutlet()
      jobs.start(spec).attach(outlet)
      await ended
    }
    expect(runs).toBe(2)
  })

  it('refuse work while there is no handler', () => {
    expect(() => jobsOf().start(buildJobSpec())).toThrow(
      expect.objectContaining({ code: 'worker_refused' }),
    )
  })

  it('know a job again by what it says, not by the objects it is made of', () => {
    const { handler } = held()
    const jobs = jobsOf(handler)
    const spec = buildJobSpec({ loras: [{ model: buildManifestCid(2), weight: 0.5 }] })
    const running = jobs.start(spec)
    expect(jobs.start(structuredClone(spec))).toBe(running)
    const other = { ...spec, loras: [{ model: buildManifestCid(2), weight: 0.6 }] }
    expect(() => jobs.start(other)).toThrow('another request')
  })
})
