import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  inputFromCoordinator,
  inputFromWorker,
  jobFromCoordinator,
  jobFromWorker,
  type MessageSet,
  resultFromCoordinator,
  resultFromWorker,
  sessionFromCoordinator,
  sessionFromWorker,
} from '../../src/index.ts'
import {
  errors,
  hashes,
  imageSizes,
  jobIds,
  jobSpecs,
  notes,
  previews,
  profiles,
  receipts,
} from '../arbitraries.ts'

const type = <T extends string>(name: T) => fc.constant(name)
const v = fc.constant(1 as const)
const milliseconds = fc.integer({ min: 10, max: 120_000 })
const progress = fc
  .record(
    {
      type: type('progress'),
      of: fc.integer({ min: 1, max: 2_000 }),
      etaMs: fc.nat(),
      preview: previews,
    },
    { requiredKeys: ['type', 'of'] },
  )
  .chain((message) => fc.integer({ min: 0, max: message.of }).map((step) => ({ ...message, step })))

function describeRoundTrip<T extends { readonly type: string }>(
  set: MessageSet<T>,
  messages: readonly fc.Arbitrary<T>[],
) {
  it(`gives every ${set.what} back as it was sent`, () => {
    fc.assert(
      fc.property(fc.oneof(...messages), (message) => {
        expect(set.decode(set.encode(message))).toEqual(message)
      }),
    )
  })
}

describe('messages', () => {
  describeRoundTrip(sessionFromWorker, [
    fc.record({ type: type('hello'), v, profile: profiles }),
    fc.record({ type: type('profile'), profile: profiles }),
    fc.record({ type: type('heartbeat') }),
  ])
  describeRoundTrip(sessionFromCoordinator, [
    fc.record({
      type: type('welcome'),
      v,
      software: fc.string({ maxLength: 60 }),
      heartbeatMs: milliseconds,
      silenceMs: milliseconds,
    }),
    fc.record({ type: type('refused'), error: errors }),
    fc.record({ type: type('goodbye'), error: errors }),
    fc.record({ type: type('heartbeat') }),
  ])
  describeRoundTrip(jobFromCoordinator, [
    fc.record({ type: type('offer'), v, spec: jobSpecs }),
    fc.record({ type: type('cancel') }),
  ])
  describeRoundTrip(jobFromWorker, [
    fc.record({ type: type('accepted') }),
    progress,
    fc.record({ type: type('finished') }),
    fc.record({ type: type('fault'), error: errors }),
    fc.record({ type: type('cancelled') }),
  ])
  describeRoundTrip(resultFromWorker, [
    fc.record(
      {
        type: type('result'),
        v,
        spec: jobSpecs,
        receipt: receipts,
        imageBytes: imageSizes,
        notes,
        flagged: fc.boolean(),
      },
      { requiredKeys: ['type', 'v', 'spec', 'receipt', 'imageBytes'] },
    ),
  ])
  describeRoundTrip(inputFromWorker, [
    fc.record({ type: type('fetch'), v, job: jobIds, hash: hashes }),
  ])
  describeRoundTrip(inputFromCoordinator, [
    fc.record({ type: type('input'), bytes: fc.integer({ min: 1, max: 16 * 1024 * 1024 }) }),
    fc.record({ type: type('refused'), error: errors }),
    fc.record({ type: type('later') }),
  ])
  describeRoundTrip(resultFromCoordinator, [
    fc.record({ type: type('accepted'), receipt: receipts }),
    fc.record({ type: type('refused'), error: errors }),
    fc.record({ type: type('later') }),
  ])
})
