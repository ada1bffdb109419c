import type { Lane, PeerId, RejectionCode, WorkerProfile } from '@reverie/core'
import { type LaneNeeds, modelsOf, needsOf } from './lane.ts'

/** A worker as the matcher sees it. */
export interface Candidate {
  readonly peer: PeerId
  readonly profile: WorkerProfile
  /** Jobs it holds now. */
  readonly leased: number
}

export interface WaitingLane {
  readonly lane: Lane
  readonly waiting: number
}

export interface Pair {
  readonly peer: PeerId
  readonly lane: Lane
}

export interface Rejection extends Pair {
  readonly code: RejectionCode
}

export interface Matching {
  /** One per free slot at most; a lane is named as often as it has waiting jobs at most. */
  readonly pairs: readonly Pair[]
  /** Why every other combination did not become a pair. */
  readonly rejections: readonly Rejection[]
}

/** Why this worker cannot take this lane now, or undefined when it can. */
export function rejection(worker: Candidate, needs: LaneNeeds): RejectionCode | undefined {
  const { profile, leased } = worker
  if (profile.draining) return 'draining'
  if (modelsOf(needs).some((each) => !profile.models.includes(each))) return 'model_missing'
  if (needs.width * needs.height > profile.maxPixels) return 'too_large'
  if (leased >= profile.slots) return 'busy'
  return undefined
}

/** Fewer is better: warm model first, then the emptier worker. */
function cost(worker: Candidate, needs: LaneNeeds): number {
  const cold = worker.profile.warm.includes(needs.model) ? 0 : 1
  return cold + worker.leased / worker.profile.slots
}

/**
 * Pairs free workers with lanes that wait, longest lane list first come first served, warm model preferred.
 * Pure: the same input gives the same answer, and every combination that is not paired has its reason.
 */
export function match(workers: readonly Candidate[], lanes: readonly WaitingLane[]): Matching {
  const pairs: Pair[] = []
  const rejections: Rejection[] = []
  const leased = new Map(workers.map((worker) => [worker.peer, worker.leased]))

  for (const { lane, waiting } of lanes) {
    const needs = needsOf(lane)
    if (!needs) continue
    let left = waiting
    const current = () =>
      workers.map((worker) => ({ ...worker, leased: leased.get(worker.peer) ?? 0 }))
    while (left > 0) {
      const [best] = current()
        .filter((worker) => rejection(worker, needs) === undefined)
        .sort((a, b) => cost(a, needs) - cost(b, needs))
      if (!best) break
      pairs.push({ peer: best.peer, lane })
      leased.set(best.peer, best.leased + 1)
      left -= 1
    }
    for (const worker of current()) {
      const code = rejection(worker, needs)
      if (code) rejections.push({ peer: worker.peer, lane, code })
    }
  }
  for (const worker of workers) {
    if (lanes.length === 0) rejections.push({ peer: worker.peer, lane: '', code: 'no_job' })
  }
  return { pairs, rejections }
}
