import {
  type Account,
  type JobId,
  type JobRecord,
  type JobSpec,
  type ModelManifest,
  newAccountId,
  type RenderEvent,
  type RenderRecord,
  type RenderRequest,
  type ResultSubmission,
  ReverieError,
} from '@reverie/core'
import {
  buildManifestCid,
  buildModelManifest,
  createFakeClock,
  createFakeGateway,
  createMemoryBlobs,
  createMemoryEvents,
  createMemoryQueue,
  createMemoryRecords,
  createRecordingLogger,
  createRecordingMetrics,
  type FakeGateway,
} from '@reverie/testkit'
import { vi } from 'vitest'
import { createDispatch, type DispatchOptions, type InspectResult } from '../src/index.ts'

/** What the scripted workers hand in: the inspector below accepts exactly this. */
export const submissionFor = (spec: JobSpec, image = 'good'): ResultSubmission => ({
  spec,
  image: new TextEncoder().encode(image),
  receipt: new TextEncoder().encode(`receipt of ${spec.job}`),
})

const inspect: InspectResult = async (_peer, spec, submission) => {
  if (new TextDecoder().decode(submission.image) !== 'good') {
    throw new ReverieError('result_image_invalid', 'the image cannot be decoded')
  }
  const { width, height } = spec
  return { file: submission.image, receipt: submission.receipt, width, height }
}

/** A whole dispatch on fakes of every port. */
export async function startDispatch(
  options: Partial<DispatchOptions> = {},
  gateway?: FakeGateway,
  manifest: ModelManifest = buildModelManifest(),
) {
  const clock = createFakeClock()
  const { renders: records, workers, inputs } = createMemoryRecords()
  const parts = {
    records,
    workers,
    inputs,
    clock,
    queue: createMemoryQueue(),
    blobs: createMemoryBlobs(),
    gateway: gateway ?? createFakeGateway({ clock, silenceMs: 5_000 }),
    events: createMemoryEvents(),
    logger: createRecordingLogger(),
    metrics: createRecordingMetrics(),
  }
  const cid = buildManifestCid()
  const model = { cid, manifest }
  const catalogue = { find: () => model, list: () => [model] }
  const modules = { ...parts, inspect, catalogue }
  const dispatch = createDispatch(modules, options)
  await dispatch.start()

  const account: Account = { id: newAccountId(), name: 'ada', role: 'artist' }
  const submit = async (changes: Partial<RenderRequest> = {}): Promise<RenderRecord> => {
    const request = { prompt: 'red apple', negativePrompt: '', n: 1, ...changes }
    return (await dispatch.renders.submit(account, request)).render
  }
  const join = (name: string, changes = {}) =>
    parts.gateway.join({ profile: { name, models: [cid], ...changes } })

  const jobOf = async (render: RenderRecord, index = 0): Promise<JobRecord> => {
    const job = (await records.render(render.id))?.jobs[index]
    if (!job) throw new Error(`render ${render.id} has no job ${index}`)
    return job
  }
  /** Waits, on the real clock, until job `index` is in `state`. */
  const until = (render: RenderRecord, state: JobRecord['state'], index = 0) =>
    vi.waitFor(async () => {
      const job = await jobOf(render, index)
      if (job.state !== state) throw new Error(`job is ${job.state}, not ${state}`)
      return job
    })
  const watch = (render: RenderRecord): RenderEvent[] => {
    const seen: RenderEvent[] = []
    dispatch.renders.subscribe(render.id, (event) => seen.push(event))
    return seen
  }
  const renderOf = async (id: JobId): Promise<RenderRecord> => {
    const job = await records.job(id)
    const render = job && (await records.render(job.render))
    if (!render) throw new Error(`no render has job ${id}`)
    return render
  }
  return { ...modules, renderOf, dispatch, account, cid, submit, join, jobOf, until, watch }
}
