import { isReverieError } from '@reverie/core'
import type { TextCondition } from '../text/conditioning.ts'
import { type LatentSize, latentLength } from './geometry.ts'
import type { GuidanceMode, Pipeline } from './pipeline.ts'

export interface GuidanceMeasure {
  /** The quicker one. */
  readonly mode: GuidanceMode
  /** Milliseconds of one guided prediction, the best of some; infinite where two rows do not fit into memory. */
  readonly batchedMs: number
  readonly splitMs: number
}

/** Timed after a first call each, which pays for memory and, on some devices, for choosing kernels. */
const REPEATS = 2
/** Any timestep costs the same. */
const TIMESTEP = 500

/**
 * Times a guided prediction as one UNet call of two rows and as two calls of one, with the empty prompt at this size. Both
 * give the same picture but for the last bits, so the choice is made once per device and size and remembered by the caller.
 * @throws ReverieError what a model call throws
 */
export async function measureGuidance(
  { unet, text }: Pick<Pipeline, 'unet' | 'text'>,
  size: LatentSize,
  checkpoint: () => Promise<void> = async () => {},
  now: () => number = () => performance.now(),
): Promise<GuidanceMeasure> {
  const prompts = await text.encode(
    { prompt: '', negativePrompt: '', modelCalls: 1, isGuided: true },
    checkpoint,
  )
  const row = prompts.positive.at(0)[0]?.condition
  if (row === undefined || unet.isDistilled) {
    return { mode: 'batched', batchedMs: 0, splitMs: 0 }
  }
  const sample = new Float32Array(latentLength(size))
  const extra = new Float32Array(unet.extraChannels * size.width * size.height)
  const call = async (rows: readonly TextCondition[]) => {
    await checkpoint()
    await unet.predict({
      sample,
      size,
      timestep: TIMESTEP,
      rows,
      extra: unet.extraChannels === 0 ? undefined : extra,
    })
  }
  const best = async (predict: () => Promise<void>) => {
    await predict()
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < REPEATS; i++) {
      const start = now()
      await predict()
      least = Math.min(least, now() - start)
    }
    return least
  }

  const splitMs = await best(async () => {
    await call([row])
    await call([row])
  })
  const batchedMs = await best(() => call([row, row])).catch((error: unknown) => {
    if (isReverieError(error) && error.code === 'out_of_memory') return Number.POSITIVE_INFINITY
    throw error
  })
  return { mode: batchedMs <= splitMs ? 'batched' : 'split', batchedMs, splitMs }
}
