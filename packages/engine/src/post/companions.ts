import { type InstalledModel, type ManifestCid, type ModelKind, ReverieError } from '@reverie/core'
import { type FaceRestorer, openFaceRestorer } from './face-restorer.ts'
import type { CompanionModules } from './open-companion.ts'
import { openSafetyChecker, type SafetyChecker } from './safety-checker.ts'
import { openUpscaler, type Upscaler } from './upscaler.ts'

/** The models of one job that work on finished pictures, opened when they are first needed. */
export interface Companions {
  upscaler(cid: ManifestCid): Promise<Upscaler>
  faceRestorer(cid: ManifestCid): Promise<FaceRestorer>
  safetyChecker(cid: ManifestCid): Promise<SafetyChecker>
  /** Closes what was opened. */
  close(): Promise<void>
}

interface Open {
  readonly cid: ManifestCid
  readonly companion: Upscaler | FaceRestorer | SafetyChecker
}

/**
 * @param models every model that the job names beside its checkpoint
 * @throws ReverieError `input_invalid` when a model was not given, `model_incompatible` when it is of another kind
 */
export function createCompanions(
  modules: CompanionModules,
  models: ReadonlyMap<ManifestCid, InstalledModel>,
): Companions {
  const opened: Open[] = []

  async function take<T extends Open['companion']>(
    cid: ManifestCid,
    kind: ModelKind,
    open: (modules: CompanionModules, model: InstalledModel) => Promise<T>,
  ): Promise<T> {
    const known = opened.find((each) => each.cid === cid)
    // One CID has one kind, so what is open under it is what was asked for.
    if (known !== undefined) return known.companion as T
    const companion = await open(modules, modelOf(models, cid, kind))
    opened.push({ cid, companion })
    return companion
  }

  return {
    upscaler: (cid) => take(cid, 'upscaler', openUpscaler),
    faceRestorer: (cid) => take(cid, 'face_restorer', openFaceRestorer),
    safetyChecker: (cid) => take(cid, 'safety_checker', openSafetyChecker),
    async close() {
      await Promise.all(opened.splice(0).map(({ companion }) => companion.close()))
    },
  }
}

/** @throws ReverieError `input_invalid`, `model_incompatible` */
export function modelOf(
  models: ReadonlyMap<ManifestCid, InstalledModel>,
  cid: ManifestCid,
  kind: ModelKind,
): InstalledModel {
  const model = models.get(cid)
  if (model === undefined) {
    throw new ReverieError('input_invalid', `the job names ${cid}, a model that was not given`, {
      field: kind,
    })
  }
  const found = model.manifest.kind ?? 'checkpoint'
  if (found === kind) return model
  throw new ReverieError(
    'model_incompatible',
    `${model.manifest.name} is a ${found}; what is asked for is a ${kind}`,
    { field: kind, accepted: kind },
  )
}
