import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CoordinatorLink,
  type Disposition,
  type InstalledModel,
  type JobSpec,
  type LeaseEnd,
  type ResultSubmission,
  Sha256,
  silentLogger,
  systemClock,
} from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { openModelFolder } from '@reverie/models'
import { createCoordinatorLink, createNode, loadIdentity } from '@reverie/network'
import { encodeCanonical } from '@reverie/protocol'
import { buildWorkerProfile, createFakeEngine } from '@reverie/testkit'
import { commitTrajectory, requestHash, type Signer, signReceipt } from '@reverie/trust'

/** What a scripted worker does with a job. `honest` is the result a good worker would hand in. */
export type Script = (job: {
  readonly spec: JobSpec
  readonly honest: ResultSubmission
  readonly deliver: (submission: ResultSubmission) => Promise<Disposition>
}) => Promise<LeaseEnd>

export interface ScriptedWorker {
  readonly peer: string
  readonly link: CoordinatorLink
  /** Answers to everything it delivered, in order. */
  readonly answers: readonly Disposition[]
  stop(): Promise<void>
}

const MODEL = await openModelFolder(demoModelFolder)

/** What an honest worker with this key hands in, without a model: the picture is noise of the seed. */
async function honestResult(
  spec: JobSpec,
  signer: Signer,
  link: CoordinatorLink,
  model: InstalledModel,
): Promise<ResultSubmission> {
  const engine = createFakeEngine()
  const { file, format, width, height, trajectory } = await engine.render(model, spec)
  const { coordinator } = link
  if (!coordinator) throw new Error('not connected')
  const { job, sampler, schedule, steps, cfgScale, seed, rng } = spec
  const now = Date.now()
  const receipt = await signReceipt(
    {
      v: 1,
      coordinator,
      worker: { peer: signer.peer, name: 'scripted' },
      job,
      request: requestHash(spec),
      model: spec.model,
      sampler,
      schedule,
      steps,
      cfgScale,
      seed,
      rng,
      numericClass: engine.numericClass,
      trajectory: commitTrajectory(trajectory),
      image: {
        sha256: Sha256.parse(createHash('sha256').update(file).digest('hex')),
        bytes: file.length,
        type: `image/${format}`,
        width,
        height,
      },
      startedAt: now,
      finishedAt: now,
    },
    signer,
  )
  return { spec, image: file, receipt: encodeCanonical(receipt) }
}

/** The script of a good worker: no inference, so what is left is coordination. */
export const honest: Script = async ({ honest: result, deliver }) => {
  await deliver(result)
  return { type: 'finished' }
}

/** A worker in this process over a real connection, with a script in the place of its engine. */
export async function joinScripted(
  multiaddr: string,
  script: Script,
  options: { readonly name?: string; readonly slots?: number } = {},
): Promise<ScriptedWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-scripted-'))
  const identity = await loadIdentity(folder)
  const node = await createNode({ identity, logger: silentLogger })
  const link = createCoordinatorLink(
    { node, logger: silentLogger, clock: systemClock },
    { coordinator: multiaddr },
  )
  const answers: Disposition[] = []
  let line: Promise<unknown> = Promise.resolve()
  /** One after another, as a worker empties its outbox. */
  const deliver = (submission: ResultSubmission): Promise<Disposition> => {
    const turn = line.then(() => link.deliver(submission))
    line = turn.then(
      (answer) => answers.push(answer),
      () => {},
    )
    return turn
  }
  link.onJob(async (spec) =>
    script({ spec, honest: await honestResult(spec, identity, link, MODEL), deliver }),
  )
  const { promise: connected, resolve } = Promise.withResolvers<void>()
  link.onState((state) => {
    if (state === 'connected') resolve()
  })
  const { name = 'scripted', slots = 1 } = options
  link.announce(buildWorkerProfile({ name, slots, models: [MODEL.cid], warm: [MODEL.cid] }))
  link.start()
  await connected
  return {
    peer: identity.peer,
    link,
    answers,
    stop: async () => {
      await link.close()
      await node.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
