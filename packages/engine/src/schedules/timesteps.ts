import { linspace } from './interpolate.ts'
import type { SchedulerConfig } from './scheduler-config.ts'

/** Halves go to the even neighbour, as numpy rounds. */
const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/**
 * Whole training timesteps of a run, falling, spaced as diffusers spaces them for `timestep_spacing`.
 * `leading` starts each stretch at its low end and adds `steps_offset`; `trailing` ends at the last training timestep.
 */
export function spacedTimesteps(
  config: Pick<SchedulerConfig, 'num_train_timesteps' | 'timestep_spacing' | 'steps_offset'>,
  steps: number,
): number[] {
  const { num_train_timesteps: length, steps_offset: offset } = config
  const last = length - 1
  switch (config.timestep_spacing) {
    case 'leading': {
      const ratio = Math.floor(length / steps)
      return Array.from({ length: steps }, (_, i) =>
        Math.min(last, (steps - 1 - i) * ratio + offset),
      )
    }
    case 'trailing':
      return Array.from(
        { length: steps },
        (_, i) => roundHalfEven(length - (i * length) / steps) - 1,
      )
    case 'linspace':
      return [...linspace(0, last, steps)].reverse().map(roundHalfEven)
  }
}
