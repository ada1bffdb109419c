import { generateKeyPairSync, sign } from 'node:crypto'
import type { InstalledModel, JobSpec, WorkerState } from '@reverie/core'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  buildPeerId,
  createFakeClock,
  createFakeEngine,
  createFakeLink,
  createRecordingLogger,
} from '@reverie/testkit'
import { createDelivery } from '../src/delivery.ts'
import { createJobRunner } from '../src/job-runner.ts'
import { createWorker } from '../src/worker.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signer = {
  peer: buildPeerId(7),
  sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey),
}
export const model: InstalledModel = {
  cid: buildManifestCid(),
  manifest: buildModelManifest(),
  folder: '/nowhere',
}
export const lora: InstalledModel = {
  cid: buildManifestCid(2),
  manifest: buildModelManifest({ name: 'ink', kind: 'lora' }),
  folder: '/nowhere/ink',
}
/** Another one that draws. */
export const other: InstalledModel = {
  cid: buildManifestCid(3),
  manifest: buildModelManifest({ name: 'other' }),
  folder: '/nowhere/other',
}
export const spec = (changes = {}): JobSpec => buildJobSpec({ model: model.cid, ...changes })

/** A whole worker on fakes of its ports. */
export function build() {
  const clock = createFakeClock()
  const link = createFakeLink()
  const outbox = createMemoryOutbox()
  const logger = createRecordingLogger()
  const engine = createFakeEngine({ clock }, { stepMs: 10 })
  const delivery = createDelivery({ link, outbox, clock, logger })
  const runner = createJobRunner(
    {
      engine,
      models: new Map([model, lora, other].map((each) => [each.cid, each])),
      link,
      outbox,
      signer,
      clock,
      logger,
    },
    { name: 'ada-pc', onResult: delivery.kick },
  )
  const worker = createWorker(
    {
      engine,
      models: { first: model, all: [model, lora, other] },
      link,
      runner,
      delivery,
      clock,
      logger,
    },
    {
      profile: {
        name: 'ada-pc',
        software: 'reverie-worker/test',
        device: { kind: 'cpu', name: 'test', memory: 1 },
        slots: 1,
        maxPixels: 65_536,
      },
      graceMs: 60_000,
    },
  )
  const states: WorkerState[] = []
  worker.onState((state) => states.push(state))
  return { clock, link, outbox, logger, engine, worker, states, runner }
}

export async function started() {
  const parts = build()
  await parts.worker.start()
  parts.link.connect()
  return parts
}

/** Lets a render of the fake engine run to its end. */
export const finish = (clock: { advance(ms: number): Promise<void> }): Promise<void> =>
  clock.advance(10_000)
