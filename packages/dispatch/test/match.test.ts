import { buildManifestCid, buildPeerId, buildWorkerProfile } from '@reverie/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, explainWait, laneOf, match, needsOf } from '../src/index.ts'

const model = buildManifestCid(1)
const needs = { model, width: 128, height: 128 }
const lane = laneOf(needs)
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
})

describe('a lane', () => {
  it('says what its jobs need', () => {
    expect(needsOf(lane)).toEqual(needs)
    expect(needsOf('something else')).toBeUndefined()
  })
})
