import type { OrtSession } from '../runtime/ort-backend.ts'

/** Graphs of a model by the folders they lie in. */
export type ModelPart =
  | 'text_encoder'
  | 'text_encoder_2'
  | 'unet'
  | 'vae_encoder'
  | 'vae_decoder'
  | 'taesd_decoder'
  | 'controlnet'
  | 'upscaler'
  | 'face_detector'
  | 'face_restorer'
  | 'safety_checker'

/** One finished call of a graph. */
export interface ModelCall {
  readonly part: ModelPart
  readonly ms: number
}

/** Reports how long each call of a session took. */
export const timedSession = (
  part: ModelPart,
  session: OrtSession,
  onCall: (call: ModelCall) => void,
): OrtSession => ({
  ...session,
  async run(inputs, outputs) {
    const start = performance.now()
    await session.run(inputs, outputs)
    onCall({ part, ms: performance.now() - start })
  },
})
