import { ReverieError } from '@reverie/core'
import type { Economy } from '../../pictures/drawing.ts'

/** What can be given up for memory, in this order: what costs the picture least first. */
const RUNGS = ['nothing', 'vae_tiles', 'split_guidance', 'text_encoders', 'other_models'] as const
export const LAST_RUNG: number = RUNGS.length - 1

/** Latents a side of a VAE tile: the size that models are trained at. */
const VAE_TILE = 64
/** Below this, tiles are mostly overlap. */
const SMALLEST_TILE = 24

export interface LadderSteps<T> {
  /** Where to begin: what this size needed before. */
  readonly start: number
  /** Latents of the drawing's longer side. */
  readonly side: number
  readonly attempt: (economy: Economy) => Promise<T>
  readonly releaseText: () => Promise<void>
  readonly unloadOthers: () => Promise<void>
  /** Told before each further attempt. */
  readonly onShort?: (rung: number, error: ReverieError) => void
}

/**
 * Tries a render with less and less memory, until it passes or nothing is left to give up. Only a lack of memory is worth
 * another attempt; whatever else goes wrong is thrown on.
 * @returns the result and the rung that it needed
 * @throws ReverieError `out_of_memory` of the last attempt
 */
export async function climbLadder<T>(steps: LadderSteps<T>): Promise<{ result: T; rung: number }> {
  for (let rung = Math.min(steps.start, LAST_RUNG); ; rung++) {
    if (rung >= RUNGS.indexOf('text_encoders')) await steps.releaseText()
    if (rung >= RUNGS.indexOf('other_models')) await steps.unloadOthers()
    try {
      return { result: await steps.attempt(economyAt(rung, steps.side)), rung }
    } catch (cause) {
      const error = ReverieError.from(cause, 'engine_failed')
      if (error.code !== 'out_of_memory' || rung >= LAST_RUNG) throw error
      steps.onShort?.(rung + 1, error)
    }
  }
}

/** What a render does without at a rung. */
export function economyAt(rung: number, side: number): Economy {
  if (rung < RUNGS.indexOf('vae_tiles')) return {}
  // A tile as large as the picture would save nothing.
  const vaeTile = Math.max(SMALLEST_TILE, Math.min(VAE_TILE, Math.ceil(side / 2)))
  return rung < RUNGS.indexOf('split_guidance') ? { vaeTile } : { vaeTile, guidance: 'split' }
}
