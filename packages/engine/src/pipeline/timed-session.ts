import type { OrtSession } from '../runtime/ort-backend.ts'

/** One finished call of a graph. */
export interface ModelCall {
  readonly part: 'text_encoder' | 'unet' | 'vae_decoder'
  readonly ms: number
}

/** Reports how long each call of a session took. */
export const timedSession = (
  part: ModelCall['part'],
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
