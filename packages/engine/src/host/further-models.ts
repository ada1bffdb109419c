import {
  furtherModels,
  type InstalledModel,
  type JobSpec,
  type ManifestCid,
  type ModelFamily,
  type ModelKind,
  type RenderInputs,
  ReverieError,
} from '@reverie/core'
import { type OpenControlNet, openControlNet } from '../pipeline/open-control-net.ts'
import { openPipeline, type PipelineModules } from '../pipeline/open-pipeline.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { type Companions, createCompanions, modelOf } from '../post/companions.ts'

/** Models that a job has beside its checkpoint and what is built into that, in memory. */
interface OpenModels {
  readonly controlNets: ReadonlyMap<ManifestCid, OpenControlNet>
  readonly refiner: Pipeline | undefined
  readonly companions: Companions
}

/** Keeps a job's further models in memory as long as the jobs that follow name the same. */
export interface FurtherModels {
  /** @throws ReverieError `input_invalid`, `model_incompatible`, or what opening one throws */
  take(spec: JobSpec, inputs: RenderInputs, family: ModelFamily): Promise<OpenModels>
  close(): Promise<void>
}

type Models = ReadonlyMap<ManifestCid, InstalledModel>
const NO_MODELS: Models = new Map()

export function createFurtherModels(modules: PipelineModules): FurtherModels {
  let key = ''
  let open: OpenModels | undefined

  const close = async () => {
    const { controlNets, refiner, companions } = open ?? {}
    open = undefined
    for (const net of controlNets?.values() ?? []) await net.close()
    await refiner?.close()
    await companions?.close()
  }

  return {
    async take(spec, { models = NO_MODELS }, family) {
      const wanted = furtherModels({ ...spec, loras: undefined, embeddings: undefined }).join(' ')
      if (open !== undefined && key === wanted) return open
      await close()
      key = wanted
      const controlNets = new Map<ManifestCid, OpenControlNet>()
      // In place before the rest is opened, so that a failure closes it too.
      open = { controlNets, refiner: undefined, companions: createCompanions(modules, models) }
      try {
        for (const { model } of spec.control ?? []) {
          if (controlNets.has(model)) continue
          const { folder } = fitting(models, model, 'controlnet', [family])
          controlNets.set(model, await openControlNet(modules, folder))
        }
        if (spec.refiner !== undefined) {
          const { folder } = fitting(
            models,
            spec.refiner.model,
            'checkpoint',
            family === 'sdxl' ? ['sdxl', 'sdxl_refiner'] : [family],
          )
          open = { ...open, refiner: await openPipeline(modules, folder) }
        }
        return open
      } catch (error) {
        await close()
        throw error
      }
    },
    close,
  }
}

/** The files of a job's LoRAs and textual inversions for a checkpoint of `family`. @throws ReverieError `input_invalid`, `model_incompatible` */
export function adapterFiles(
  spec: JobSpec | undefined,
  { models = NO_MODELS }: RenderInputs,
  family: ModelFamily,
) {
  const { loras = [], embeddings = [] } = spec ?? {}
  return {
    // In one order: sums of floats depend on it, and a set that is warm serves jobs that name it in any.
    loras: loras.toSorted(byModel).map(({ model, weight }) => ({
      file: weightsOf(fitting(models, model, 'lora', [family])),
      weight,
    })),
    embeddings: embeddings.map(({ model }) => {
      const embedding = fitting(models, model, 'embedding', [family])
      return { name: embedding.manifest.name, file: weightsOf(embedding) }
    }),
  }
}

type Lora = NonNullable<JobSpec['loras']>[number]

const byModel = (a: Lora, b: Lora): number =>
  a.model === b.model ? a.weight - b.weight : a.model < b.model ? -1 : 1

/** A model that shares its shapes or its latents with the checkpoint. */
function fitting(
  models: Models,
  cid: ManifestCid,
  kind: ModelKind,
  families: readonly ModelFamily[],
): InstalledModel {
  const model = modelOf(models, cid, kind)
  const { name, family } = model.manifest
  if (families.includes(family)) return model
  const accepted = families.join(', ')
  throw new ReverieError(
    'model_incompatible',
    `${name} is for models of the family ${family}, and the checkpoint of this job takes what is for ${accepted}`,
    { field: kind, accepted },
  )
}

function weightsOf({ folder, manifest }: InstalledModel): string {
  const file = manifest.files.find(({ path }) => path.endsWith('.safetensors'))
  if (file !== undefined) return `${folder}/${file.path}`
  throw new ReverieError(
    'model_incompatible',
    `${manifest.name} has no .safetensors file; convert it to that format`,
    { accepted: '.safetensors' },
  )
}
