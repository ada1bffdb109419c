import { ErrorBody } from '@reverie/api'
import { RenderRequest, Sampler, Schedule } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createHttpRig } from './http-rig.ts'

interface BadInput {
  readonly body: unknown
  readonly status: number
  readonly code: string
  readonly field?: string
  readonly accepted?: string
}

const prompt = 'red apple'
const SEEDS = /^a whole number from 0 to 18446744073709551615/
const SIDES = '64 to 512 in steps of 32'
const invalid = { status: 400, code: 'invalid_parameter' }
const unsupported = { status: 422, code: 'unsupported_by_model' }

/** What is sent, and what must be said about it. */
const TABLE: Record<string, BadInput & { readonly accepted: string }> = {
  'an unknown model': {
    body: { prompt, model: 'nobody' },
    status: 404,
    code: 'model_not_found',
    field: 'model',
    accepted: 'pocket',
  },
  'a width off the step': {
    body: { prompt, width: 100 },
    ...unsupported,
    field: 'width',
    accepted: SIDES,
  },
  'a height past the model': {
    body: { prompt, height: 1024 },
    ...unsupported,
    field: 'height',
    accepted: SIDES,
  },
  'more steps than the model takes': {
    body: { prompt, steps: 101 },
    ...unsupported,
    field: 'steps',
    accepted: '1 to 100',
  },
  'a width past every model': {
    body: { prompt, width: 8192 },
    ...invalid,
    field: 'width',
    accepted: '32 to 4096',
  },
  'a width of text': {
    body: { prompt, width: '512' },
    ...invalid,
    field: 'width',
    accepted: '32 to 4096',
  },
  '0 steps': { body: { prompt, steps: 0 }, ...invalid, field: 'steps', accepted: '1 to 500' },
  '10,000 steps': {
    body: { prompt, steps: 10_000 },
    ...invalid,
    field: 'steps',
    accepted: '1 to 500',
  },
  'half a step': {
    body: { prompt, steps: 1.5 },
    ...invalid,
    field: 'steps',
    accepted: '1 to 500',
  },
  'a CFG scale of 0': {
    body: { prompt, cfgScale: 0 },
    ...invalid,
    field: 'cfgScale',
    accepted: '1 to 100',
  },
  'an unknown sampler': {
    body: { prompt, sampler: 'magic' },
    ...invalid,
    field: 'sampler',
    accepted: `one of ${Sampler.options.join(', ')}`,
  },
  'an unknown schedule': {
    body: { prompt, schedule: 'magic' },
    ...invalid,
    field: 'schedule',
    accepted: `one of ${Schedule.options.join(', ')}`,
  },
  'no prompt': {
    body: {},
    ...invalid,
    field: 'prompt',
    accepted: 'text of 1 to 8000 characters, not only white space, without NUL or half surrogates',
  },
  'an empty prompt': {
    body: { prompt: '' },
    ...invalid,
    field: 'prompt',
    accepted: 'text of 1 to 8000 characters, not only white space, without NUL or half surrogates',
  },
  'a prompt of white space': {
    body: { prompt: ' \n' },
    ...invalid,
    field: 'prompt',
    accepted: 'text of 1 to 8000 characters, not only white space, without NUL or half surrogates',
  },
  'a prompt of 100,000 characters': {
    body: { prompt: 'x'.repeat(100_000) },
    ...invalid,
    field: 'prompt',
    accepted: 'text of 1 to 8000 characters, not only white space, without NUL or half surrogates',
  },
  'a negative prompt of 100,000 characters': {
    body: { prompt, negativePrompt: 'x'.repeat(100_000) },
    ...invalid,
    field: 'negativePrompt',
    accepted: 'text of 0 to 8000 characters, without NUL or half surrogates',
  },
  'no images': { body: { prompt, n: 0 }, ...invalid, field: 'n', accepted: '1 to 100' },
  '1,000 images': { body: { prompt, n: 1000 }, ...invalid, field: 'n', accepted: '1 to 100' },
  'an unknown field': {
    body: { prompt, stepz: 3 },
    ...invalid,
    field: 'stepz',
    accepted: `the fields ${Object.keys(RenderRequest.shape).join(', ')}`,
  },
  'null for a number': {
    body: { prompt, steps: null },
    ...invalid,
    field: 'steps',
    accepted: '1 to 500',
  },
}

const BAD_SEEDS: Record<string, unknown> = {
  negative: -1,
  'of 2^64': '18446744073709551616',
  'a number that JSON cannot hold': 2 ** 64,
  fractional: 0.5,
  'of words': 'lucky',
  'of null': null,
}

describe('POST /v1/renders', () => {
  it.each(Object.entries(TABLE))('refuses %s and stores nothing', async (_name, row) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: rig.artist.headers,
      payload: row.body as object,
    })
    const { error } = ErrorBody.parse(answer.json())
    expect({ status: answer.statusCode, ...error }).toMatchObject({
      status: row.status,
      code: row.code,
      field: row.field,
      accepted: row.accepted,
    })
    expect(error.message).toContain(row.field)
    expect(error.message).not.toContain('x'.repeat(50))
    expect(await rig.storedRenders()).toEqual([])
  })

  it.each(Object.entries(BAD_SEEDS))('refuses a seed that is %s', async (_name, seed) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: rig.artist.headers,
      payload: { prompt, seed },
    })
    const { error } = ErrorBody.parse(answer.json())
    expect(answer.statusCode).toBe(400)
    expect(error).toMatchObject({ code: 'invalid_parameter', field: 'seed' })
    expect(error.accepted).toMatch(SEEDS)
    expect(await rig.storedRenders()).toEqual([])
  })

  it.each([
    ['broken JSON', '{"prompt": "red'],
    ['a prototype in disguise', '{"prompt": "x", "__proto__": {"role": "operator"}}'],
  ])('refuses %s as malformed', async (_name, payload) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: { ...rig.artist.headers, 'content-type': 'application/json' },
      payload,
    })
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error.code).toBe('malformed_request')
  })

  it('refuses another content type and says which one it reads', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: { ...rig.artist.headers, 'content-type': 'text/plain' },
      payload: '{"prompt": "red apple"}',
    })
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'malformed_request',
      accepted: 'application/json',
    })
  })

  it.each([
    ['no body', undefined],
    ['a list', '[]'],
    ['a bare word', '"red apple"'],
  ])('refuses %s and lists the fields', async (_name, payload) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: { ...rig.artist.headers, 'content-type': 'application/json' },
      ...(payload === undefined ? {} : { payload }),
    })
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error.accepted).toContain('prompt')
  })

  it('refuses 10 MB and names the limit', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: rig.artist.headers,
      payload: { prompt: 'x'.repeat(10_000_000) },
    })
    expect(answer.statusCode).toBe(413)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'body_too_large',
      accepted: 'at most 1048576 bytes',
    })
    expect(await rig.storedRenders()).toEqual([])
  })
})

describe('bad paths and queries', () => {
  it.each([
    ['/v1/renders/abc', 'id', 'an id (UUIDv7, lower case)'],
    ['/v1/jobs/abc/receipt', 'id', 'an id (UUIDv7, lower case)'],
    ['/v1/images/abc', 'hash', 'a SHA-256 as 64 lower-case hex digits'],
    ['/v1/renders?limit=0', 'limit', '1 to 100'],
    ['/v1/renders?limit=1000', 'limit', '1 to 100'],
    ['/v1/renders?limit=ten', 'limit', '1 to 100'],
    ['/v1/renders?limit=1&limit=2', 'limit', '1 to 100'],
    ['/v1/renders?cursor=abc', 'cursor', 'an id (UUIDv7, lower case)'],
    ['/v1/renders?page=2', 'page', 'the fields limit, cursor'],
  ])('refuses %s and says what %s takes', async (url, field, accepted) => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({ url, headers: rig.artist.headers })
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({ field, accepted })
  })

  it.each(['/nowhere', '/v1/renders/%E0%A4%A', `/v1/models/${'x'.repeat(300)}`])(
    'answers %s in the form of every other error',
    async (url) => {
      const rig = await createHttpRig()
      const answer = await rig.app.inject({ url, headers: rig.artist.headers })
      const { error } = ErrorBody.parse(answer.json())
      expect([400, 404]).toContain(answer.statusCode)
      expect(error.requestId).toBe(answer.headers['x-request-id'])
    },
  )
})
