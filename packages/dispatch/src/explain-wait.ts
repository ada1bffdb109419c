import type { ManifestCid, PeerId, RejectionCode, WaitReason } from '@reverie/core'
import { type LaneNeeds, modelsOf } from './lane.ts'
import { type Candidate, rejection } from './match.ts'

/** The reason nearest to running comes first: it is the one that a change would lift soonest. */
const NEAREST_FIRST: readonly RejectionCode[] = [
  'busy',
  'draining',
  'excluded',
  'too_large',
  'model_missing',
]

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** How artists call a model. */
export type NameModel = (cid: ManifestCid) => string

/** Which models keep a job waiting: those that nobody has, or all of them where only nobody has them together. */
function missingModels(workers: readonly Candidate[], needs: LaneNeeds, nameOf: NameModel): string {
  const models = modelsOf(needs)
  const isThere = (model: ManifestCid) =>
    workers.some(({ profile }) => profile.models.includes(model))
  const lacking = models.filter((model) => !isThere(model)).map(nameOf)
  const [only] = lacking
  if (lacking.length === 1) return `no worker connected now has model ${only}`
  if (lacking.length > 1) return `no worker connected now has models ${lacking.join(', ')}`
  return `no worker connected now has all of ${models.map(nameOf).join(', ')}`
}

function sentence(
  code: RejectionCode,
  workers: number,
  needs: LaneNeeds,
  missing: () => string,
): string {
  switch (code) {
    case 'no_worker':
      return 'no worker is connected; the job starts when one joins'
    case 'busy':
      return `${plural(workers, 'worker')} could take it and ${workers === 1 ? 'is' : 'are'} busy; it starts when one is free`
    case 'draining':
      return 'the workers that could take it are finishing up; it starts when another joins'
    case 'excluded':
      return 'the workers connected now have failed this job before; it waits for another one'
    case 'too_large':
      return `no worker connected now takes ${needs.width}x${needs.height}; it waits for one that does`
    case 'model_missing':
      return `${missing()}; it waits for one that does`
    case 'no_job':
      return 'it is being handed out'
  }
}

/** Why a queued job is not running, or undefined when a free worker could take it and it is about to start. */
export function explainWait(
  workers: readonly Candidate[],
  needs: LaneNeeds,
  excluded: readonly PeerId[] = [],
  nameOf: NameModel = (cid) => cid,
): WaitReason | undefined {
  const say = (code: RejectionCode, count: number): WaitReason => ({
    code,
    message: sentence(code, count, needs, () => missingModels(workers, needs, nameOf)),
  })
  if (workers.length === 0) return say('no_worker', 0)
  const codes = workers.map((worker) =>
    excluded.includes(worker.peer) ? 'excluded' : rejection(worker, needs),
  )
  if (codes.includes(undefined)) return undefined
  const code = NEAREST_FIRST.find((each) => codes.includes(each)) ?? 'no_worker'
  const count = codes.filter((each) => each === code).length
  return say(code, count)
}
