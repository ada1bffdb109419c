import {
  type Clock,
  type EngineImage,
  type EngineProgress,
  type InstalledModel,
  type JobProgress,
  MAX_PREVIEW_BYTES,
  RENDER_LIMITS,
} from '@reverie/core'

/** Between two previews of one job, ms: often enough to watch, seldom enough to cost nothing. */
const BETWEEN_MS = 500
/** Model calls between two previews of a model whose speed is not known yet. */
const FIRST_EVERY = 4

/** How often a worker shows what a picture looks like so far. */
export interface Previews {
  /** Model calls between two previews, by how fast the model was the last time. */
  every(model: InstalledModel): number
  /** Learns how fast a model is: `calls` were made for a finished picture. */
  finished(model: InstalledModel, timing: EngineImage['timing'], calls: number): void
  /** Progress as it is told to the coordinator: with a preview only when one is due. */
  pace(tell: (progress: JobProgress) => void): (progress: EngineProgress) => void
}

export function createPreviews(clock: Clock): Previews {
  const msPerCall = new Map<string, number>()

  return {
    every: ({ cid }) => {
      const ms = msPerCall.get(cid)
      if (ms === undefined) return FIRST_EVERY
      return Math.min(RENDER_LIMITS.steps.max, Math.max(1, Math.ceil(BETWEEN_MS / ms)))
    },
    finished: ({ cid }, { total }, calls) => {
      if (calls > 0 && total > 0) msPerCall.set(cid, total / calls)
    },
    pace: (tell) => {
      let lastAt = Number.NEGATIVE_INFINITY
      return ({ preview, ...progress }) => {
        const isDue =
          preview !== undefined &&
          preview.length <= MAX_PREVIEW_BYTES &&
          clock.now() - lastAt >= BETWEEN_MS
        if (isDue) lastAt = clock.now()
        tell(isDue ? { ...progress, preview } : progress)
      }
    },
  }
}
