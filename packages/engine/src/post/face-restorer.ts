import { type InstalledModel, ReverieError } from '@reverie/core'
import { type RgbImage, rasterOf } from '../images/raster.ts'
import { requireFinite } from '../pictures/output-guards.ts'
import { toPlanes } from '../pictures/to-planes.ts'
import { toRgb } from '../pictures/to-rgb.ts'
import { createFloatInput, createFloatOutput } from '../pipeline/float-tensors.ts'
import { findTensor, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { alignment, cutOut, layBack } from './align-face.ts'
import { createFaceDetector, type Face, type FaceDetector } from './face-detector.ts'
import { type CompanionModules, hasGraph, openCompanion } from './open-companion.ts'

interface RestoredFaces {
  readonly image: RgbImage
  /** How many were found. */
  readonly faces: number
}

export interface FaceRestorer {
  /** @param strength 0 leaves faces as they are, 1 replaces them. `checkpoint` is awaited before each call; it throws to stop. */
  restore(
    image: RgbImage,
    strength: number,
    checkpoint?: () => Promise<void>,
  ): Promise<RestoredFaces>
  close(): Promise<void>
}

/** Where in the model's folder the detector lies. */
const DETECTOR = 'detector/model.onnx'
/** Side that GFPGAN and CodeFormer work at, where the graph leaves it free. */
const DEFAULT_SIDE = 512

/**
 * GFPGAN- or CodeFormer-like models: `input` [1, 3, side, side], -1 to 1, to the same; CodeFormer's fidelity `weight` is
 * set to the middle. `detector/model.onnx`, a YuNet, finds the faces; a model without one is refused.
 * @throws ReverieError `model_invalid`, `model_file_missing`, `model_incompatible`, `out_of_memory`
 */
export async function openFaceRestorer(
  modules: CompanionModules,
  model: InstalledModel,
): Promise<FaceRestorer> {
  if (!(await hasGraph(model, DETECTOR))) {
    throw new ReverieError(
      'model_incompatible',
      `${model.manifest.name} has no ${DETECTOR} to find faces with; put a YuNet there and import it again`,
      { field: 'restoreFaces.model', file: DETECTOR },
    )
  }
  const sessions = [await openCompanion(modules, model, 'face_restorer')]
  const close = async () => {
    await Promise.all(sessions.map((session) => session.release()))
  }
  try {
    sessions.push(await openCompanion(modules, model, 'face_detector', DETECTOR))
    const [restorer, detector] = sessions as [OrtSession, OrtSession]
    return createFaceRestorer(createFaceDetector(detector), restorer, close)
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

function createFaceRestorer(
  detector: FaceDetector,
  session: OrtSession,
  close: () => Promise<void>,
): FaceRestorer {
  const part = 'face_restorer'
  const face = findTensor(part, 'input', session, ['input', 'x', 'image'])
  const better = findTensor(part, 'output', session, ['output', 'y'])
  requireOnlyInputs(part, session, [face.name, 'weight'])
  const weight = session.inputs.find(({ name }) => name === 'weight')
  const [fixed] = face.shape.slice(-1)
  const side = typeof fixed === 'number' && fixed > 0 ? fixed : DEFAULT_SIDE
  const dims = [1, 3, side, side]
  const input = createFloatInput(part, face)
  const output = createFloatOutput(part, better)
  const fidelity = weight && createFloatInput(part, weight)

  const restoreOne = async (cut: RgbImage): Promise<RgbImage> => {
    input.values(3 * side * side).set(toPlanes(rasterOf(cut), -1, 1))
    fidelity?.values(1).fill(0.5)
    await session.run(
      {
        [face.name]: input.tensor(dims),
        ...(weight && fidelity && { [weight.name]: fidelity.tensor(weight.shape.map(() => 1)) }),
      },
      { [better.name]: output.target(dims) },
    )
    requireFinite(output.values(), 'the restored face')
    return { ...cut, rgb: toRgb(output.values()) }
  }

  return {
    async restore(image, strength, checkpoint = async () => {}) {
      await checkpoint()
      const faces: readonly Face[] = await detector.detect(image)
      const restored = { ...image, rgb: image.rgb.slice() }
      for (const { landmarks } of faces) {
        await checkpoint()
        const to = alignment(landmarks, side)
        layBack(restored, await restoreOne(cutOut(image, to, side)), to, strength)
      }
      return { image: restored, faces: faces.length }
    },
    close,
  }
}
