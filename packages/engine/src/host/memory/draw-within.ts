import {
  drawnSize,
  type InstalledModel,
  isReverieError,
  type JobSpec,
  type Logger,
  ReverieError,
} from '@reverie/core'
import { PIXELS_PER_LATENT } from '../../pipeline/geometry.ts'
import { climbLadder, type LadderSteps } from './ladder.ts'
import type { MemoryMeter } from './memory-meter.ts'
import type { SizeTable } from './size-table.ts'

export const isShortOfMemory = (error: unknown): boolean =>
  isReverieError(error) && error.code === 'out_of_memory'

export interface DrawWithinModules {
  readonly sizes: SizeTable
  readonly meter: MemoryMeter
  readonly logger: Logger
  /** Bytes that the device has; undefined where it does not tell. */
  readonly deviceMemory: number | undefined
}

/**
 * Draws with as much memory as there is, and remembers what it took: the next drawing of this size begins where this one
 * ended, and one that cannot fit is not begun.
 * @throws ReverieError `out_of_memory` with the largest size that passed, or what `attempt` throws
 */
export async function drawWithin<T>(
  { sizes, meter, logger, deviceMemory }: DrawWithinModules,
  { cid }: Pick<InstalledModel, 'cid'>,
  spec: Pick<JobSpec, 'width' | 'height' | 'hires' | 'upscale'>,
  steps: Pick<LadderSteps<T>, 'attempt' | 'releaseText' | 'unloadOthers'>,
): Promise<{ result: T; rung: number }> {
  const { width, height } = drawnSize(spec)
  const pixels = width * height
  const refuse = (cause?: unknown): ReverieError => {
    const largest = sizes.largest(cid)
    const accepted = largest === undefined ? 'smaller' : `at most ${largest} pixels`
    const advice = largest === undefined ? 'a smaller size' : `${accepted}, width times height`
    const message = `${width} x ${height} does not fit into the memory of this device; ask for ${advice}`
    return new ReverieError('out_of_memory', message, { field: 'width', accepted }, { cause })
  }

  if (!sizes.mayFit(cid, pixels, deviceMemory)) throw refuse()
  meter.restart()
  try {
    const drawn = await climbLadder({
      ...steps,
      start: sizes.rungFor(cid, pixels),
      side: Math.max(width, height) / PIXELS_PER_LATENT,
      onShort: (rung, { message }) =>
        logger.warn('short of memory; trying with less', { width, height, rung, reason: message }),
    })
    sizes.passed(cid, pixels, drawn.rung, await meter.peak())
    return drawn
  } catch (error) {
    if (!isShortOfMemory(error)) throw error
    sizes.failed(cid, pixels)
    throw refuse(error)
  }
}
