import {
  buildManifestCid,
  buildPeerId,
  buildRenderParameters,
  buildWorkerProfile,
} from '@reverie/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, explainWait, laneOf, match, needsOf, needsOfRender } from '../src/index.ts'

const model = buildManifestCid(1)
const needs = { model, width: 128, height: 128, further: [] }
const lane = laneOf(needs)
const further = [buildManifestCid(5), buildManifestCid(6)]
const withLoras = { ...needs, further: further.toSorted() }
const worker = (number: number, changes = {}, leased = 0): Candidate => ({
  peer: buildPeerId(number),
  profile: buildWorkerProfile({
    models: [model],
    warm: [],
    slots: 1,
    maxPixels: 65_536,
    ...changes,
  }),
  leased,
})

describe('matching', () => {
  it('prefers the worker with the model warm', () => {
    const { pairs } = match([worker(1), worker(2, { warm: [model] })], [{ lane, waiting: 1 }])
    expect(pairs).toEqual([{ peer: buildPeerId(2), lane }])
  })

  it('gives every combination that is not a pair its reason', () => {
    const workers = [
      worker(1, {}, 1),
      worker(2, { models: [buildManifestCid(2)] }),
      worker(3, { maxPixels: 100 }),
      worker(4, { draining: true }),
    ]
    const { pairs, rejections } = match(workers, [{ lane, waiting: 5 }])
    expect(pairs).toEqual([])
    expect(rejections.map(({ code }) => code)).toEqual([
      'busy',
      'model_missing',
      'too_large',
      'draining',
    ])
  })

  it('asks for every model that a job needs, not only the one that draws', () => {
    const workers = [worker(1, { models: [model, further[0]] }), worker(2, { models: [model] })]
    const { pairs, rejections } = match(workers, [{ lane: laneOf(withLoras), waiting: 1 }])
    expect(pairs).toEqual([])
    expect(rejections.map(({ code }) => code)).toEqual(['model_missing', 'model_missing'])
    const able = worker(3, { models: [model, ...further] })
    expect(match([...workers, able], [{ lane: laneOf(withLoras), waiting: 1 }]).pairs).toHaveLength(
      1,
    )
  })

  it('tells an idle worker that there is no job', () => {
    expect(match([worker(1)], []).rejections).toMatchObject([{ code: 'no_job' }])
  })

  it('never fills more slots than a worker has, nor hands out more jobs than wait', () => {
    const someWorker = fc.record({
      slots: fc.integer({ min: 1, max: 4 }),
      leased: fc.integer({ min: 0, max: 5 }),
      warm: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(someWorker, { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
        (some, waits) => {
          const workers = some.map(({ slots, leased, warm }, i) =>
            worker(i, { slots, warm: warm ? [model] : [] }, leased),
          )
          const lanes = waits.map((waiting, i) => ({
            lane: laneOf({ ...needs, width: 32 * (i + 1) }),
            waiting,
          }))
          const { pairs } = match(workers, lanes)
          for (const { peer, profile, leased } of workers) {
            const given = pairs.filter((pair) => pair.peer === peer).length
            expect(given).toBeLessThanOrEqual(Math.max(0, profile.slots - leased))
          }
          for (const each of lanes) {
            expect(pairs.filter((pair) => pair.lane === each.lane).length).toBeLessThanOrEqual(
              each.waiting,
            )
          }
        },
      ),
    )
  })
})

describe('why a job waits', () => {
  it('names the reason nearest to running', () => {
    expect(explainWait([], needs)?.code).toBe('no_worker')
    expect(explainWait([worker(1, { models: [] }), worker(2, {}, 1)], needs)?.code).toBe('busy')
    expect(explainWait([worker(1, { models: [] })], needs)?.code).toBe('model_missing')
    expect(explainWait([worker(1)], needs, [buildPeerId(1)])?.code).toBe('excluded')
    expect(explainWait([worker(1)], needs)).toBeUndefined()
  })

  it('names the models that nobody has', () => {
    const names = new Map([
      [model, 'pocket'],
      [further[0], 'ink'],
      [further[1], 'glow'],
    ])
    const nameOf = (cid: string) => names.get(cid as typeof model) ?? cid
    const say = (...workers: Candidate[]) => explainWait(workers, withLoras, [], nameOf)?.message
    expect(say(worker(1, { models: [model, further[0]] }))).toContain('has model glow;')
    expect(say(worker(1))).toMatch(/has models (ink, glow|glow, ink);/)
    expect(
      say(worker(1, { models: [model, further[0]] }), worker(2, { models: [further[1]] })),
    ).toMatch(/has all of pocket, (ink, glow|glow, ink);/)
  })
})

describe('a lane', () => {
  it('says what its jobs need', () => {
    expect(needsOf(lane)).toEqual(needs)
    expect(needsOf(laneOf(withLoras))).toEqual(withLoras)
    expect(needsOf('something else')).toBeUndefined()
    expect(needsOf(`${lane}.`)).toBeUndefined()
  })

  it('is the same for the same further models in any order, and counts the size that is drawn', () => {
    const loras = further.map((cid) => ({ model: cid, weight: 1 }))
    const hires = { scale: 2, upscaler: 'latent', strength: 0.5 } as const
    const lanes = [loras, loras.toReversed()].map((each) =>
      laneOf(needsOfRender(buildRenderParameters({ loras: each, hires }))),
    )
    expect(lanes[0]).toBe(lanes[1])
    expect(needsOf(lanes[0] ?? '')).toMatchObject({ width: 256, height: 256 })
  })
})
