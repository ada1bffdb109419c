import {
  type CoordinatorLink,
  furtherModels,
  type InstalledModel,
  inputsOf,
  isReverieError,
  type JobSpec,
  type ManifestCid,
  type RenderInputs,
  ReverieError,
  type Sha256,
} from '@reverie/core'

export type ModelsByCid = ReadonlyMap<ManifestCid, InstalledModel>

/** @throws ReverieError `worker_refused` */
export function modelOf(models: ModelsByCid, cid: ManifestCid): InstalledModel {
  const model = models.get(cid)
  if (model) return model
  throw new ReverieError('worker_refused', `this worker does not have model ${cid}`)
}

/**
 * What a job names besides its model: further models from this machine, input pictures from the coordinator. Pictures
 * are kept in memory, for as long as the job takes.
 * @throws ReverieError `worker_refused` for what cannot be had now; `input_invalid` for what the coordinator refuses
 */
export async function gatherInputs(
  spec: JobSpec,
  { models, link }: { readonly models: ModelsByCid; readonly link: Pick<CoordinatorLink, 'input'> },
  signal: AbortSignal,
): Promise<RenderInputs> {
  const further = furtherModels(spec).map((cid) => modelOf(models, cid))
  const images = new Map<Sha256, Uint8Array>()
  for (const hash of inputsOf(spec)) images.set(hash, await fetchOne(hash))
  return {
    ...(further.length > 0 ? { models: new Map(further.map((each) => [each.cid, each])) } : {}),
    ...(images.size > 0 ? { images } : {}),
  }

  async function fetchOne(hash: Sha256): Promise<Uint8Array> {
    try {
      return await link.input(spec.job, hash, { signal })
    } catch (cause) {
      signal.throwIfAborted()
      if (isReverieError(cause) && cause.code === 'input_invalid') throw cause
      // A link that breaks is nobody's fault: the job is handed back, not failed.
      const { message } = ReverieError.from(cause)
      throw new ReverieError('worker_refused', message, { hash }, { cause })
    }
  }
}
