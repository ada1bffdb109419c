import { newRenderId } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createClient, ROUTES } from '../../src/index.ts'
import { createFakeFetch, jsonAnswer } from './fake-fetch.ts'

const baseUrl = 'http://coordinator.test/'
const apiKey = 'rvk_test'

const errorAnswer = (code: string, status: number, headers: Record<string, string> = {}) =>
  jsonAnswer(
    {
      error: { code, message: 'Told so.', field: 'steps', accepted: '1 to 500', requestId: 'r1' },
    },
    { status, headers },
  )

describe('createClient', () => {
  it('has one method for each route and nothing else', () => {
    const client = createClient({ baseUrl })
    expect(Object.keys(client).sort()).toEqual(Object.keys(ROUTES).sort())
  })

  it('spreads a call over path, query, headers and body', async () => {
    const { fetch, calls } = createFakeFetch(jsonAnswer({ renders: [] }))
    const client = createClient({ baseUrl, apiKey, fetch })
    const id = newRenderId()
    await client.listRenders({ limit: 5, cursor: id })
    // The answer is not a render, which is not what this test is about.
    await client
      .createRender({ prompt: 'red apple', seed: '7' }, { idempotencyKey: 'k-1' })
      .catch(() => {})
    await client.cancelRender({ id }).catch(() => {})

    const [list, create, cancel] = calls
    expect(list?.url).toBe(`http://coordinator.test/v1/renders?limit=5&cursor=${id}`)
    expect(list?.headers.get('authorization')).toBe('Bearer rvk_test')
    expect(create).toMatchObject({ method: 'POST', body: '{"prompt":"red apple","seed":"7"}' })
    expect(create?.headers.get('idempotency-key')).toBe('k-1')
    expect(cancel).toMatchObject({
      method: 'DELETE',
      url: `http://coordinator.test/v1/renders/${id}`,
      body: undefined,
    })
    expect(cancel?.headers.has('content-type')).toBe(false)
  })

  it('escapes names in the path', async () => {
    const { fetch, calls } = createFakeFetch(errorAnswer('model_not_found', 404))
    const client = createClient({ baseUrl, fetch })
    await expect(client.getModel({ name: '../v1/renders?x' })).rejects.toThrow('Told so.')
    expect(calls[0]?.url).toBe('http://coordinator.test/v1/models/..%2Fv1%2Frenders%3Fx')
  })

  it('throws the coordinator’s error with its code, field and range', async () => {
    const { fetch } = createFakeFetch(errorAnswer('invalid_parameter', 400))
    await expect(
      createClient({ baseUrl, fetch }).createRender({ prompt: 'x', steps: 0 }),
    ).rejects.toMatchObject({
      code: 'invalid_parameter',
      message: 'Told so.',
      facts: { field: 'steps', accepted: '1 to 500', requestId: 'r1' },
    })
  })

  it('passes on how long a limited caller should wait', async () => {
    const { fetch } = createFakeFetch(errorAnswer('rate_limited', 429, { 'retry-after': '7' }))
    await expect(createClient({ baseUrl, fetch }).listModels()).rejects.toMatchObject({
      code: 'rate_limited',
      facts: { retryAfterSeconds: 7 },
    })
  })

  it.each([
    ['nobody listens', new TypeError('fetch failed'), 'coordinator_unreachable'],
    [
      'a proxy answers',
      new Response('<h1>Bad gateway</h1>', { status: 502 }),
      'coordinator_unreachable',
    ],
    ['another program answers', new Response('hello', { status: 404 }), 'internal'],
    ['the answer is from another version', jsonAnswer({ models: 'many' }), 'internal'],
    ['the answer is not JSON', new Response('hello'), 'coordinator_unreachable'],
  ])('throws an error of ours when %s', async (_name, answer, code) => {
    const { fetch } = createFakeFetch(answer)
    await expect(createClient({ baseUrl, fetch }).listModels()).rejects.toMatchObject({
      name: 'ReverieError',
      code,
    })
  })

  it('rejects an aborted call with the reason of the abort', async () => {
    const { fetch } = createFakeFetch(new TypeError('aborted'))
    const reason = new Error('the page was closed')
    await expect(
      createClient({ baseUrl, fetch }).listModels({}, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })

  it('gives the report of a coordinator that is not ready instead of throwing', async () => {
    const report = { ready: false, parts: [{ name: 'records', state: 'red', reason: 'disk full' }] }
    const { fetch } = createFakeFetch(jsonAnswer(report, { status: 503 }))
    expect(await createClient({ baseUrl, fetch }).ready()).toEqual(report)
  })

  it('gives images as bytes with their type', async () => {
    const { fetch } = createFakeFetch(
      new Response(Uint8Array.of(1, 2, 3), { headers: { 'content-type': 'image/png' } }),
    )
    expect(await createClient({ baseUrl, fetch }).getImage({ hash: 'a'.repeat(64) })).toEqual({
      bytes: Uint8Array.of(1, 2, 3),
      type: 'image/png',
    })
  })
})
