import { ModelList, openApiDocument, ReadyView, WorkerList } from '@reverie/api'
import { newJobId, ReverieError } from '@reverie/core'
import { buildCompletion, buildNewRender, createRecordingLogger } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import type { HealthPart } from '../../../src/http/ports.ts'
import { createHttpRig } from '../http-rig.ts'

describe('health', () => {
  const readyWith = async (health: () => Promise<readonly HealthPart[]>) => {
    const rig = await createHttpRig({ modules: { health } })
    return rig.app.inject({ url: '/health/ready' })
  }

  it('is ready with a yellow part and says why it is yellow', async () => {
    const parts: HealthPart[] = [
      { name: 'records', state: 'green' },
      { name: 'workers', state: 'yellow', reason: 'no worker is connected; renders wait' },
    ]
    const answer = await readyWith(async () => parts)
    expect(answer.statusCode).toBe(200)
    expect(ReadyView.parse(answer.json())).toEqual({ ready: true, parts })
  })

  it('is not ready with a red part', async () => {
    const answer = await readyWith(async () => [
      { name: 'records', state: 'red', reason: 'the disk is full; make room' },
    ])
    expect(answer.statusCode).toBe(503)
    expect(ReadyView.parse(answer.json()).ready).toBe(false)
  })

  it('is not ready when the check itself fails, and does not say more than that', async () => {
    const answer = await readyWith(() => Promise.reject(new Error('password=hunter2')))
    expect(answer.statusCode).toBe(503)
    expect(ReadyView.parse(answer.json()).parts[0]?.state).toBe('red')
    expect(answer.body).not.toContain('hunter2')
  })

  it('is alive whatever the parts say', async () => {
    const rig = await createHttpRig({ modules: { health: () => Promise.reject(new Error('no')) } })
    expect((await rig.app.inject({ url: '/health/live' })).json()).toEqual({
      live: true,
      version: '0.1.0',
    })
  })
})

describe('descriptions', () => {
  it('points from the root to the documentation', async () => {
    const rig = await createHttpRig()
    const { docs, openapi } = (await rig.app.inject({ url: '/' })).json()
    for (const url of [docs, openapi]) {
      expect((await rig.app.inject({ url })).statusCode).toBe(200)
    }
  })

  it('serves the OpenAPI document of the route table', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({ url: '/openapi.json' })
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('serves a documentation page that loads nothing from elsewhere', async () => {
    const rig = await createHttpRig()
    const page = await rig.app.inject({ url: '/docs/' })
    expect(page.headers['content-type']).toContain('text/html')
    const sources = Array.from(page.body.matchAll(/(?:src|href)="([^"]+)"/g), ([, to]) => to)
    expect(sources).toHaveLength(1)
    const script = await rig.app.inject({ url: `/docs/${sources[0]}` })
    expect(script.headers['content-type']).toContain('javascript')
    expect(script.body.length).toBeGreaterThan(1_000_000)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|\*/)
    const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1]
    const inlineScripts = page.body.match(/<script[^>]*>/g) ?? []
    expect(inlineScripts.length).toBeGreaterThan(0)
    for (const tag of inlineScripts) expect(tag).toContain(`nonce="${nonce}"`)
  })

  it('serves metrics as Prometheus reads them', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({ url: '/metrics' })
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4')
    expect(answer.body).toBe('up 1\n')
  })

  it('counts requests by route, never by path', async () => {
    const rig = await createHttpRig()
    await rig.app.inject({ url: '/v1/models/nobody' })
    await rig.app.inject({ url: '/nowhere' })
    const count = (route: string) =>
      rig.metrics.value('reverie_http_requests_total', { route, status: '404' })
    expect(count('getModel')).toBe(1)
    expect(count('other')).toBe(1)
  })
})

describe('models and workers', () => {
  it('say who can run a model now; draining workers cannot', async () => {
    const rig = await createHttpRig()
    rig.gateway.join({ profile: { warm: [rig.model.cid] } })
    rig.gateway.join({ profile: { draining: true } })
    const answer = await rig.app.inject({ url: '/v1/models' })
    expect(ModelList.parse(answer.json()).models).toMatchObject([
      { name: 'pocket', default: true, workers: 1, warm: 1, bytes: 1000 },
    ])
  })

  it.each(['name', 'cid'] as const)('can be asked for by %s', async (by) => {
    const rig = await createHttpRig()
    const name = by === 'cid' ? rig.model.cid : rig.model.manifest.name
    const answer = await rig.app.inject({ url: `/v1/models/${name}` })
    expect(answer.json().cid).toBe(rig.model.cid)
  })

  it('lists connected workers and remembers the others', async () => {
    const rig = await createHttpRig()
    const here = rig.gateway.join({ profile: { name: 'attic' } })
    const gone = rig.gateway.join({ profile: { name: 'cellar' } })
    for (const [peer, name] of [
      [here.peer, 'attic'],
      [gone.peer, 'cellar'],
    ] as const) {
      await rig.records.workers.seen(peer, name, rig.clock.now())
    }
    const { render } = await rig.records.renders.create(buildNewRender())
    const worker = { peer: gone.peer, name: 'gone' }
    await rig.records.renders.complete(
      render.jobs[0]?.id ?? newJobId(),
      buildCompletion({ worker }),
    )
    gone.leave()
    const answer = await rig.app.inject({ url: '/v1/workers' })
    const { workers } = WorkerList.parse(answer.json())
    expect(workers).toMatchObject([
      { name: 'attic', state: 'ready', completed: 0, session: { slots: 1 } },
      { name: 'cellar', state: 'offline', completed: 1 },
    ])
    expect(workers[1]?.session).toBeUndefined()
  })
})

describe('errors', () => {
  it('that are bugs say nothing about themselves but the request, which the log knows', async () => {
    const log = createRecordingLogger()
    const rig = await createHttpRig({
      modules: {
        log,
        workerRecords: { list: () => Promise.reject(new TypeError('secret detail')) },
      },
    })
    const answer = await rig.app.inject({ url: '/v1/workers' })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret detail')
    const { code, requestId } = answer.json().error
    expect(code).toBe('internal')
    const line = log.lines.find(({ level }) => level === 'error')
    expect(line?.fields).toMatchObject({ requestId })
    expect(String(line?.fields.error)).toContain('secret detail')
  })

  it('of the world say so and when to try again', async () => {
    const rig = await createHttpRig({
      modules: {
        workerRecords: {
          list: () => Promise.reject(new ReverieError('storage_unavailable', 'The disk is full.')),
        },
      },
    })
    const answer = await rig.app.inject({ url: '/v1/workers' })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('2')
    expect(answer.json().error.message).toBe('The disk is full.')
  })
})

describe('every answer', () => {
  it.each(['/', '/v1/models', '/nowhere', '/docs', '/v1/renders'])(
    'to %s carries the security headers',
    async (url) => {
      const rig = await createHttpRig()
      const { headers } = await rig.app.inject({ url })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      })
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  it('is the same with slashes too many', async () => {
    const rig = await createHttpRig()
    expect((await rig.app.inject({ url: '//v1//models/' })).statusCode).toBe(200)
  })
})
