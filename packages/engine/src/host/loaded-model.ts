import type { InstalledModel, JobSpec, RenderInputs } from '@reverie/core'
import type { RgbImage } from '../images/raster.ts'
import type { Economy } from '../pictures/drawing.ts'

/** A finished picture before it becomes a file. */
interface Drawn extends RgbImage {
  readonly trajectory: readonly Float32Array[]
  readonly notes: readonly string[]
  /** The safety model flagged it; it is blank. */
  readonly flagged: boolean
}

interface DrawTask {
  readonly spec: JobSpec
  readonly inputs: RenderInputs
  readonly economy: Economy
  /** Awaited before each call of a graph; throws to stop. */
  readonly checkpoint: () => Promise<void>
  readonly onModelCall: (done: number, of: number) => void
  readonly previewEvery: number
  readonly onPreview: (preview: RgbImage) => void
}

/** A checkpoint in memory, as the host sees it: it draws, and it can be made smaller or go. */
export interface LoadedModel {
  draw(task: DrawTask): Promise<Drawn>
  /** Gives the text encoders' memory back; they load again when a new prompt comes. */
  releaseText(): Promise<void>
  close(): Promise<void>
}

/** Loads a checkpoint with what the job builds into it. Without a job: as it is. */
export type OpenModel = (
  model: InstalledModel,
  job: { readonly spec: JobSpec; readonly inputs: RenderInputs } | undefined,
) => Promise<LoadedModel>
