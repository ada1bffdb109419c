import type { Lane, ManifestCid, RenderParameters } from '@reverie/core'

/** What every job of a lane needs of a worker. */
export interface LaneNeeds {
  readonly model: ManifestCid
  readonly width: number
  readonly height: number
}

/** Jobs of the same model and size share a lane: whoever can render one can render all, and could batch them. */
export const laneOf = ({ model, width, height }: LaneNeeds | RenderParameters): Lane =>
  `${model}.${width}x${height}`

const LANE = /^(?<model>[a-z0-9]+)\.(?<width>\d+)x(?<height>\d+)$/

/** The inverse of {@link laneOf}; undefined for text that is no lane (an entry of another release). */
export function needsOf(lane: Lane): LaneNeeds | undefined {
  const parts = LANE.exec(lane)?.groups
  if (!parts) return undefined
  return {
    model: parts.model as ManifestCid,
    width: Number(parts.width),
    height: Number(parts.height),
  }
}
