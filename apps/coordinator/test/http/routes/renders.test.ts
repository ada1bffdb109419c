import { RenderPage, RenderView } from '@reverie/api'
import { newJobId, newRenderId } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createHttpRig, type HttpRig } from '../http-rig.ts'

const prompt = 'red apple'

async function create(rig: HttpRig, payload: object = { prompt }, headers: object = {}) {
  const answer = await rig.app.inject({
    method: 'POST',
    url: '/v1/renders',
    headers: { ...rig.artist.headers, ...headers },
    payload,
  })
  return answer
}

describe('renders', () => {
  it('are answered with 202 once stored, with every choice made and the place in the queue', async () => {
    const rig = await createHttpRig()
    const answer = await create(rig, { prompt, n: 2, seed: 7 })
    expect(answer.statusCode).toBe(202)
    const view = RenderView.parse(answer.json())
    expect(answer.headers.location).toBe(`/v1/renders/${view.id}`)
    expect(view).toMatchObject({
      state: 'queued',
      createdAt: '2026-01-01T00:00:00.000Z',
      parameters: { prompt, model: rig.model.cid, width: 128, steps: 20, seed: '7', n: 2 },
      jobs: [
        { index: 0, state: 'queued', seed: '7', position: 0, reason: { code: 'no_worker' } },
        { index: 1, state: 'queued', seed: '8', position: 1 },
      ],
    })
    expect(answer.body).not.toContain('nonce')
    expect(answer.body).not.toContain(rig.artist.account.id)
    expect((await rig.storedRenders()).map(({ id }) => id)).toEqual([view.id])
  })

  it('are made once for one idempotency key, whatever the order of the fields', async () => {
    const rig = await createHttpRig()
    const key = { 'idempotency-key': 'order-1' }
    const first = await create(rig, { prompt, seed: 7 }, key)
    const again = await create(rig, { seed: '7', prompt }, key)
    expect(again.statusCode).toBe(202)
    expect(again.json()).toEqual(first.json())
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(await rig.storedRenders()).toHaveLength(1)
  })

  it('are refused for an idempotency key that was used with another body', async () => {
    const rig = await createHttpRig()
    const key = { 'idempotency-key': 'order-1' }
    await create(rig, { prompt, seed: 7 }, key)
    const other = await create(rig, { prompt, seed: 8 }, key)
    expect(other.statusCode).toBe(409)
    expect(other.json().error.code).toBe('idempotency_conflict')
  })

  it('are refused for an idempotency key that no header can carry whole', async () => {
    const rig = await createHttpRig()
    const answer = await create(rig, { prompt }, { 'idempotency-key': 'x'.repeat(201) })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error).toMatchObject({
      field: 'idempotency-key',
      accepted: '1 to 200 visible ASCII characters',
    })
  })

  it('are listed newest first, page by page, without gaps or repeats', async () => {
    const rig = await createHttpRig()
    for (let i = 0; i < 5; i++) await create(rig, { prompt, seed: i })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const query = cursor ? `limit=2&cursor=${cursor}` : 'limit=2'
      const answer = await rig.app.inject({
        url: `/v1/renders?${query}`,
        headers: rig.artist.headers,
      })
      const page = RenderPage.parse(answer.json())
      seen.push(...page.renders.map(({ parameters }) => parameters.seed))
      cursor = page.next
    } while (cursor)
    expect(seen).toEqual(['4', '3', '2', '1', '0'])
  })

  it('can be cancelled by clients that send a JSON content type without a body', async () => {
    const rig = await createHttpRig()
    const { id } = (await create(rig)).json()
    const cancel = () =>
      rig.app.inject({
        method: 'DELETE',
        url: `/v1/renders/${id}`,
        headers: { ...rig.artist.headers, 'content-type': 'application/json' },
      })
    const answer = await cancel()
    expect(answer.statusCode).toBe(200)
    expect(RenderView.parse(answer.json()).state).toBe('cancelled')
    expect((await cancel()).json()).toEqual(answer.json())
  })

  it.each([
    ['GET', (id: string) => `/v1/renders/${id}`],
    ['DELETE', (id: string) => `/v1/renders/${id}`],
    ['GET', (id: string) => `/v1/renders/${id}/events`],
  ] as const)('of another account do not exist for %s', async (method, urlOf) => {
    const rig = await createHttpRig()
    const { id } = (await create(rig)).json()
    const stranger = await rig.addAccount()
    const asStranger = await rig.app.inject({ method, url: urlOf(id), headers: stranger.headers })
    const missing = await rig.app.inject({
      method,
      url: urlOf(newRenderId()),
      headers: stranger.headers,
    })
    for (const answer of [asStranger, missing]) {
      expect(answer.statusCode).toBe(404)
      expect(answer.json().error.code).toBe('render_not_found')
    }
    expect((await rig.storedRenders())[0]?.jobs[0]?.state).toBe('queued')
  })

  it('have no receipt before they are finished', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      url: `/v1/jobs/${newJobId()}/receipt`,
      headers: rig.artist.headers,
    })
    expect(answer.statusCode).toBe(404)
    expect(answer.json().error.code).toBe('job_not_found')
  })
})
