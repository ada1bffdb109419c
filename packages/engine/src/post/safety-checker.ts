import { type InstalledModel, ReverieError } from '@reverie/core'
import type { RgbImage } from '../images/raster.ts'
import { rasterOf, rgbOf } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { crop } from '../pictures/raster-geometry.ts'
import { toPlanes } from '../pictures/to-planes.ts'
import { createFloatInput, createFloatOutput } from '../pipeline/float-tensors.ts'
import { findTensor, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { type CompanionModules, openCompanion } from './open-companion.ts'

export interface SafetyChecker {
  isFlagged(image: RgbImage): Promise<boolean>
  close(): Promise<void>
}

/** What CLIP's image encoder sees: the shorter side brought to this, the middle cut out. */
const SIDE = 224
/** CLIP's own normalisation of red, green and blue. */
const MEAN = [0.48145466, 0.4578275, 0.40821073]
const DEVIATION = [0.26862954, 0.26130258, 0.27577711]

/**
 * Stable Diffusion's safety checker as diffusers exports it: `clip_input` [1, 3, 224, 224] normalised and `images`
 * [1, height, width, 3] to `has_nsfw_concepts` [1] (bool) and blanked `out_images`, which are not used.
 * @throws ReverieError `model_invalid`, `model_file_missing`, `out_of_memory`
 */
export async function openSafetyChecker(
  modules: CompanionModules,
  model: InstalledModel,
): Promise<SafetyChecker> {
  const session = await openCompanion(modules, model, 'safety_checker')
  try {
    return createSafetyChecker(session)
  } catch (error) {
    await session.release().catch(() => {})
    throw error
  }
}

function createSafetyChecker(session: OrtSession): SafetyChecker {
  const part = 'safety_checker'
  const clip = findTensor(part, 'input', session, ['clip_input'])
  const images = session.inputs.find(({ name }) => name === 'images')
  const flags = session.outputs.find(({ name }) => name === 'has_nsfw_concepts')
  const blanked = session.outputs.find(({ name }) => name === 'out_images')
  if (flags === undefined || (flags.type !== 'bool' && flags.type !== 'uint8')) {
    throw new ReverieError(
      'model_invalid',
      'safety_checker: the graph has no bool output has_nsfw_concepts; export it with diffusers',
    )
  }
  requireOnlyInputs(part, session, ['clip_input', 'images'])
  const seen = createFloatInput(part, clip)
  const shown = images && createFloatInput(part, images)
  const returned = blanked && createFloatOutput(part, blanked)

  return {
    async isFlagged(picture) {
      seen.values(3 * SIDE * SIDE).set(await clipView(picture))
      // The graph may copy its pictures; it is given small ones, since only the flag counts.
      const small = rgbOf(await resize(rasterOf(picture), { width: SIDE, height: SIDE }))
      const dims = [1, SIDE, SIDE, 3]
      shown?.values(small.rgb.length).set(Float32Array.from(small.rgb, (byte) => byte / 255))
      const flagged = new Uint8Array(1)
      await session.run(
        {
          [clip.name]: seen.tensor([1, 3, SIDE, SIDE]),
          ...(images && shown && { [images.name]: shown.tensor(dims) }),
        },
        {
          [flags.name]: { data: flagged, dims: [1] },
          ...(blanked && returned && { [blanked.name]: returned.target(dims) }),
        },
      )
      return flagged[0] !== 0
    },
    close: () => session.release(),
  }
}

/** CLIP's view of a picture: [3, 224, 224], normalised. */
async function clipView(picture: RgbImage): Promise<Float32Array> {
  const scale = SIDE / Math.min(picture.width, picture.height)
  const width = Math.max(SIDE, Math.round(picture.width * scale))
  const height = Math.max(SIDE, Math.round(picture.height * scale))
  const larger = await resize(rasterOf(picture), { width, height })
  const left = Math.floor((width - SIDE) / 2)
  const top = Math.floor((height - SIDE) / 2)
  const planes = toPlanes(crop(larger, { left, top, width: SIDE, height: SIDE }), 0, 1)
  return planes.map((value, i) => {
    const channel = Math.floor(i / (SIDE * SIDE))
    return (value - (MEAN[channel] as number)) / (DEVIATION[channel] as number)
  })
}
