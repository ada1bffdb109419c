import { textToImage } from '../pictures/text-to-image.ts'
import { toRgb } from '../pictures/to-rgb.ts'
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
      async draw({ spec, economy, checkpoint, onModelCall }) {
        const { guidance = pipeline.guidance } = economy
        const drawing = await textToImage({ ...pipeline, guidance }, spec, {
          checkpoint,
          onModelCall,
        })
        const { width, height } = spec
        const notes =
          drawing.dropped > 0
            ? [`${drawing.dropped} tokens of the prompts did not fit and were cut`]
            : []
        return { rgb: toRgb(drawing.pixels), width, height, trajectory: drawing.trajectory, notes }
      },
      releaseText: async () => {},
      close: () => pipeline.close(),
    }
  }
