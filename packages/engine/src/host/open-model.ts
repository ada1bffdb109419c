import type { Logger } from '@reverie/core'
import { createGraphCache } from '../graph/index.ts'
import { draw } from '../pictures/draw.ts'
import { openPipeline } from '../pipeline/open-pipeline.ts'
import type { GuidanceMode } from '../pipeline/pipeline.ts'
import type { ModelCall } from '../pipeline/timed-session.ts'
import { finishPicture } from '../post/finish.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { chooseGuidance } from './choose-guidance.ts'
import { adapterFiles, createFurtherModels } from './further-models.ts'
import type { OpenModel } from './loaded-model.ts'
import type { SizeTable } from './memory/size-table.ts'

export interface OpenerModules {
  readonly backend: OrtBackend
  readonly onCall: (call: ModelCall) => void
  readonly logger: Logger
  readonly sizes: SizeTable
}

/** Where edited graphs are kept. */
export interface GraphCacheSettings {
  readonly folder: string
  /** Bytes that edited graphs may take. */
  readonly maxBytes: number
}

export interface OpenerOptions {
  /** @defaultValue measured on GPUs; "batched" on the CPU, where it is never slower */
  readonly guidance: GuidanceMode | undefined
  readonly graphCache: GraphCacheSettings | undefined
}

/** Opens checkpoints with the real pipelines. */
export function createModelOpener(
  modules: OpenerModules,
  { guidance, graphCache: settings }: OpenerOptions,
): OpenModel {
  const graphCache = settings && createGraphCache(settings.folder, settings)
  return async (model, job) => {
    const adapters = adapterFiles(job?.spec, job?.inputs ?? {}, model.manifest.family)
    const pipeline = await openPipeline(modules, model.folder, { guidance, adapters, graphCache })
    const further = createFurtherModels(modules)
    const isMeasured = guidance === undefined && modules.backend.provider !== 'cpu'
    let mode = isMeasured ? undefined : pipeline.guidance

    return {
      async draw({ spec, inputs, economy, checkpoint, onModelCall, previewEvery, onPreview }) {
        mode ??= await chooseGuidance(pipeline, model, modules.sizes)
        const { controlNets, refiner, companions } = await further.take(
          spec,
          inputs,
          model.manifest.family,
        )
        const drawing = await draw(
          pipeline,
          spec,
          {
            images: inputs.images,
            controlNets,
            refiner,
            enlarge: async (image, cid) =>
              (await companions.upscaler(cid)).enlarge(image, checkpoint),
          },
          {
            checkpoint,
            onModelCall,
            previewEvery,
            onPreview,
            economy: { guidance: mode, ...economy },
          },
        )
        const finished = await finishPicture(drawing, spec, companions, checkpoint)
        return {
          ...finished.image,
          trajectory: drawing.trajectory,
          notes: [...drawing.notes, ...finished.notes],
          flagged: finished.flagged,
        }
      },
      releaseText: () => pipeline.releaseText(),
      async close() {
        await further.close()
        await pipeline.close()
      },
    }
  }
}
