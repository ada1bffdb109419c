import { textToImage } from '../pictures/text-to-image.ts'
import { openPipeline } from '../pipeline/open-pipeline.ts'
import type { GuidanceMode } from '../pipeline/pipeline.ts'
import type { ModelCall } from '../pipeline/timed-session.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import type { OpenModel } from './loaded-model.ts'

/** Opens checkpoints with the real pipelines. */
export const createModelOpener =
  (
    modules: { readonly backend: OrtBackend; readonly onCall: (call: ModelCall) => void },
    { guidance: mode }: { readonly guidance: GuidanceMode | undefined },
  ): OpenModel =>
  async (model) => {
    const pipeline = await openPipeline(modules, model.folder, {
      ...(mode !== undefined && { guidance: mode }),
    })
    return {
      draw: ({ spec, economy, checkpoint, onModelCall }) =>
        textToImage(pipeline, spec, { checkpoint, onModelCall, economy }),
      releaseText: () => pipeline.releaseText(),
      close: () => pipeline.close(),
    }
  }
