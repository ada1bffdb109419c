import {
  drawnSize,
  furtherModels,
  type Lane,
  type ManifestCid,
  type RenderParameters,
} from '@reverie/core'

/** What every job of a lane needs of a worker. */
export interface LaneNeeds {
  readonly model: ManifestCid
  /** The largest that the model draws, pixels. */
  readonly width: number
  readonly height: number
  /** LoRAs, ControlNets, upscalers and the like beside the model, each once, in order of CID. */
  readonly further: readonly ManifestCid[]
}

/** What a render's jobs need of a worker. */
export const needsOfRender = (parameters: RenderParameters): LaneNeeds => ({
  model: parameters.model,
  ...drawnSize(parameters),
  further: furtherModels(parameters).toSorted(),
})

/** Jobs of the same models and size share a lane: whoever can render one can render all, and could batch them. */
export const laneOf = ({ model, width, height, further }: LaneNeeds): Lane =>
  [model, `${width}x${height}`, ...further].join('.')

const LANE = /^(?<model>[a-z0-9]+)\.(?<width>\d+)x(?<height>\d+)(?<further>(\.[a-z0-9]+)*)$/

/** The inverse of {@link laneOf}; undefined for text that is no lane (an entry of another release). */
export function needsOf(lane: Lane): LaneNeeds | undefined {
  const parts = LANE.exec(lane)?.groups
  if (!parts) return undefined
  return {
    model: parts.model as ManifestCid,
    width: Number(parts.width),
    height: Number(parts.height),
    further: (parts.further ?? '').split('.').slice(1) as ManifestCid[],
  }
}

/** Every model of a lane's jobs, the one that draws first. */
export const modelsOf = ({ model, further }: LaneNeeds): readonly ManifestCid[] => [
  model,
  ...further,
]
