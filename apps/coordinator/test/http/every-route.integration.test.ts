import {
  type Client,
  createClient,
  openApiDocument,
  ROUTES,
  type RouteDefinition,
} from '@reverie/api'
import type { RenderEvent, Sha256 } from '@reverie/core'
import { encodeCanonical, type Receipt } from '@reverie/protocol'
import { buildNumericClass, buildSha256, buildWorkerName } from '@reverie/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpRig, type HttpRig } from './http-rig.ts'

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4)
const SIGNATURE_BYTES = 64
const worker = buildWorkerName()

/** A render of two images, the first of which is finished with a receipt. */
async function halfFinished(rig: HttpRig, client: Client) {
  const { id } = await client.createRender({ prompt: 'red apple', n: 2, seed: 1 })
  const [render] = await rig.storedRenders()
  const job = render?.jobs[0]
  if (render === undefined || job === undefined) throw new Error('a render was just made')
  const hash = await rig.blobs.put(PNG)
  const { sampler, schedule, steps, cfgScale, model } = render.parameters
  const receipt: Receipt = {
    body: {
      v: 1,
      coordinator: worker.peer,
      worker,
      job: job.id,
      request: buildSha256('request'),
      model,
      sampler,
      schedule,
      steps,
      cfgScale,
      seed: job.seed,
      rng: 'torch-cpu',
      numericClass: buildNumericClass(),
      trajectory: { root: buildSha256('root'), leaves: steps + 1 },
      image: { sha256: hash, bytes: PNG.length, type: 'image/png', width: 128, height: 128 },
      startedAt: 1,
      finishedAt: 2,
    },
    workerSignature: new Uint8Array(SIGNATURE_BYTES),
    countersignature: { signature: new Uint8Array(SIGNATURE_BYTES), at: 3 },
  }
  await rig.records.renders.complete(job.id, {
    worker,
    image: { hash, bytes: PNG.length, width: 128, height: 128 },
    receipt: encodeCanonical(receipt),
    notes: ['a part of the prompt was cut'],
    flagged: false,
    at: rig.clock.now(),
  })
  return { id, job: job.id, hash }
}

async function collect(events: AsyncIterable<RenderEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const event of events) types.push(event.type)
  return types
}

describe('every route', () => {
  let rig: HttpRig
  let client: Client
  let made: Awaited<ReturnType<typeof halfFinished>>
  const visited = new Set<string>()

  beforeAll(async () => {
    rig = await createHttpRig()
    const baseUrl = await rig.app.listen({ host: '127.0.0.1', port: 0 })
    client = createClient({ baseUrl, apiKey: rig.artist.apiKey })
    made = await halfFinished(rig, client)
  })
  afterAll(() => rig.app.close())

  /** What each route is called with here, and what must come of it. A new route does not compile without a line. */
  const CALLS: { readonly [Name in keyof Client]: () => Promise<unknown> } = {
    createRender: async () => {
      const view = await client.createRender({ prompt: 'green pear' }, { idempotencyKey: 'pear' })
      expect(view.state).toBe('queued')
      await client.cancelRender({ id: view.id })
    },
    listRenders: async () => {
      const { renders, next } = await client.listRenders({ limit: 1 })
      expect(renders).toHaveLength(1)
      expect(next).toBe(renders[0]?.id)
    },
    getRender: async () => {
      const { jobs } = await client.getRender({ id: made.id })
      expect(jobs[0]).toMatchObject({
        worker,
        image: { url: `/v1/images/${made.hash}` },
        notes: ['a part of the prompt was cut'],
      })
      expect(jobs[0]).not.toHaveProperty('flagged')
    },
    renderEvents: async () => {
      const types = collect(client.renderEvents({ id: made.id }))
      // The first answer of the stream may not be in yet; the end is told in either case.
      await client.cancelRender({ id: made.id })
      expect((await types).filter((type) => type !== 'queued')).toEqual([
        'image',
        'cancelled',
        'done',
      ])
    },
    cancelRender: async () => {
      expect((await client.cancelRender({ id: made.id })).state).toBe('partial')
    },
    getReceipt: async () => {
      expect((await client.getReceipt({ id: made.job })).receipt.body.worker).toEqual(worker)
    },
    createInput: async () => {
      const file = { bytes: Uint8Array.of(12, 8, 0, 0), type: 'image/png' }
      const input = await client.createInput(file)
      expect(input).toMatchObject({ bytes: 4, width: 12, height: 8 })
      expect(await rig.blobs.get(input.hash as Sha256)).toEqual(file.bytes)
    },
    getImage: async () => {
      expect(await client.getImage({ hash: made.hash })).toEqual({ bytes: PNG, type: 'image/png' })
    },
    listModels: async () => {
      expect((await client.listModels()).models.map(({ name }) => name)).toEqual(['pocket'])
    },
    getModel: async () => {
      expect((await client.getModel({ name: 'pocket' })).cid).toBe(rig.model.cid)
    },
    listWorkers: async () => {
      expect((await client.listWorkers()).workers).toEqual([])
    },
    live: async () => expect((await client.live()).live).toBe(true),
    ready: async () => expect((await client.ready()).ready).toBe(true),
    metrics: async () => expect(await client.metrics()).toBe('up 1\n'),
    openapi: async () => {
      expect(await client.openapi()).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    },
    docs: async () => expect(await client.docs()).toContain('<!doctype html>'),
    landing: async () => expect((await client.landing()).name).toBe('reverie'),
  }

  const names = Object.keys(CALLS) as (keyof Client)[]

  it.each(names)('%s answers its client over a real socket as OpenAPI says', async (name) => {
    const route: RouteDefinition = ROUTES[name]
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    expect(openApiDocument().paths[path]?.[route.method.toLowerCase()]?.operationId).toBe(name)
    await CALLS[name]()
    visited.add(name)
  })

  it('was visited', () => {
    expect([...visited].sort()).toEqual(Object.keys(ROUTES).sort())
  })

  it.each(names.filter((name) => ROUTES[name].auth === 'account'))(
    '%s needs a key',
    async (name) => {
      const { method, path }: RouteDefinition = ROUTES[name]
      const url = path.replace(':id', made.id)
      const answer = await rig.app.inject({ method, url })
      expect(answer.statusCode).toBe(401)
    },
  )
})
