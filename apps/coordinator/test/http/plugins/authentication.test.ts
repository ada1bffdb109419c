import { createHash } from 'node:crypto'
import { ReverieError, Sha256 } from '@reverie/core'
import { createRecordingLogger } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { hashApiKey, isApiKey, newApiKey } from '../../../src/http/api-keys.ts'
import { createHttpRig } from '../http-rig.ts'

const url = '/v1/renders'

describe('API keys', () => {
  it('are 256 random bits behind a prefix, and only their SHA-256 is kept', () => {
    const key = newApiKey()
    expect(isApiKey(key)).toBe(true)
    expect(Buffer.from(key.slice('rvk_'.length), 'base64url')).toHaveLength(32)
    expect(newApiKey()).not.toBe(key)
    expect(hashApiKey(key)).toBe(
      Sha256.parse(createHash('sha256').update(key, 'utf8').digest('hex')),
    )
  })

  it('open an account as a bearer token and as X-API-Key', async () => {
    const rig = await createHttpRig()
    const { apiKey } = rig.artist
    const forms = [
      { authorization: `Bearer ${apiKey}` },
      { authorization: `bearer ${apiKey}` },
      { 'x-api-key': apiKey },
    ]
    for (const headers of forms) {
      expect((await rig.app.inject({ url, headers })).statusCode).toBe(200)
    }
  })

  it.each([
    ['no key', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['a key of another form', { authorization: 'Bearer sk-123' }],
    ['an unknown key', { authorization: `Bearer ${newApiKey()}` }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
  ])('are needed: %s is refused', async (_name, headers) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({ url, headers })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="reverie"')
    expect(answer.json().error.code).toBe('unauthorized')
  })

  it('that are wrong are refused before the body is read', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${newApiKey()}`, 'content-type': 'application/json' },
      payload: '{broken',
    })
    expect(answer.statusCode).toBe(401)
  })

  it('that are wrong are refused on public routes too, so that nobody believes they work', async () => {
    const rig = await createHttpRig()
    const headers = { 'x-api-key': newApiKey() }
    expect((await rig.app.inject({ url: '/v1/models', headers })).statusCode).toBe(401)
    expect((await rig.app.inject({ url: '/v1/models' })).statusCode).toBe(200)
  })

  it('stop working when they are removed', async () => {
    const rig = await createHttpRig()
    await rig.records.accounts.removeKey(hashApiKey(rig.artist.apiKey))
    expect((await rig.app.inject({ url, headers: rig.artist.headers })).statusCode).toBe(401)
  })

  it('never reach a log or an answer, and prompts do not either', async () => {
    const log = createRecordingLogger()
    const rig = await createHttpRig({ modules: { log } })
    const wrong = newApiKey()
    const answers = [
      await rig.app.inject({
        method: 'POST',
        url,
        headers: rig.artist.headers,
        payload: { prompt: 'a secret garden', steps: 0 },
      }),
      await rig.app.inject({ url, headers: { authorization: `Bearer ${wrong}` } }),
      await rig.app.inject({ url: `/v1/models?k=${wrong}` }),
    ]
    const said = JSON.stringify([log.lines, answers.map(({ body, headers }) => [body, headers])])
    expect(log.lines.length).toBeGreaterThan(0)
    for (const secret of [wrong, rig.artist.apiKey, 'secret garden']) {
      expect(said).not.toContain(secret)
    }
  })

  it('that cannot be looked up are not called wrong', async () => {
    const rig = await createHttpRig({
      modules: {
        accounts: {
          byKey: () => Promise.reject(new ReverieError('storage_unavailable', 'The disk is full.')),
        },
      },
    })
    const answer = await rig.app.inject({ url, headers: rig.artist.headers })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('2')
    expect(answer.json().error.code).toBe('storage_unavailable')
  })
})
