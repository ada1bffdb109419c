import { describe, expect, it } from 'vitest'
import { createHttpRig, type HttpRig } from '../http-rig.ts'

const rateLimits = { perAccount: 2, perAddress: 2 }

const ask = (
  rig: HttpRig,
  url: string,
  headers: Record<string, string> = {},
  address = '10.0.0.1',
) => rig.app.inject({ url, headers, remoteAddress: address })

async function statuses(times: number, request: () => ReturnType<typeof ask>): Promise<number[]> {
  const seen: number[] = []
  for (let i = 0; i < times; i++) seen.push((await request()).statusCode)
  return seen
}

describe('rate limits', () => {
  it('count an account over all its addresses and say when to come back', async () => {
    const rig = await createHttpRig({ options: { rateLimits } })
    const { headers } = rig.artist
    await ask(rig, '/v1/renders', headers, '10.0.0.1')
    await ask(rig, '/v1/renders', headers, '10.0.0.2')
    const answer = await ask(rig, '/v1/renders', headers, '10.0.0.3')
    expect(answer.statusCode).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.json().error).toMatchObject({
      code: 'rate_limited',
      accepted: '2 requests a minute',
      requestId: answer.headers['x-request-id'],
    })
  })

  it('leave an account alone whose neighbours flood from its address', async () => {
    const rig = await createHttpRig({ options: { rateLimits } })
    expect(await statuses(3, () => ask(rig, '/v1/models'))).toEqual([200, 200, 429])
    expect((await ask(rig, '/v1/renders', rig.artist.headers)).statusCode).toBe(200)
  })

  it('count wrong keys and unknown paths against the address', async () => {
    const rig = await createHttpRig({ options: { rateLimits } })
    const wrong = { 'x-api-key': 'rvk_wrong' }
    expect(await statuses(3, () => ask(rig, '/v1/renders', wrong))).toEqual([401, 401, 429])
    expect(await statuses(3, () => ask(rig, '/nowhere', {}, '10.0.0.9'))).toEqual([404, 404, 429])
  })

  it('do not count operators, probes and scrapers', async () => {
    const rig = await createHttpRig({ options: { rateLimits } })
    const operator = await rig.addAccount('operator')
    const all200 = [200, 200, 200, 200]
    expect(await statuses(4, () => ask(rig, '/v1/renders', operator.headers))).toEqual(all200)
    for (const url of ['/health/live', '/health/ready', '/metrics']) {
      expect(await statuses(4, () => ask(rig, url))).toEqual(all200)
    }
  })

  it('believe a forwarded address only from as many proxies as are trusted', async () => {
    const flood = async (trustedProxies: number) => {
      const rig = await createHttpRig({ options: { rateLimits, trustedProxies } })
      let i = 0
      return statuses(3, () => ask(rig, '/v1/models', { 'x-forwarded-for': `10.1.0.${i++}` }))
    }
    expect(await flood(0)).toEqual([200, 200, 429])
    expect(await flood(1)).toEqual([200, 200, 200])
  })
})
