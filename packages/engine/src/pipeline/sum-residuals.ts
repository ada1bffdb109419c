import { ReverieError } from '@reverie/core'
import type { ControlResiduals } from './pipeline.ts'

/** Residuals of one ControlNet, and how much they count. */
export interface WeightedResiduals {
  readonly residuals: ControlResiduals
  readonly weight: number
}

/**
 * Adds up the residuals of several ControlNets, into buffers that are kept: what it returns is overwritten by the next
 * sum. A net may hand over its own buffers; they are not changed.
 */
export function createResidualSum(): {
  begin(): void
  add(weighted: WeightedResiduals): void
  /** Undefined when nothing was added. */
  end(): ControlResiduals | undefined
} {
  let buffers: Float32Array[] = []
  let count = 0
  return {
    begin() {
      count = 0
    },
    add({ residuals, weight }) {
      if (count++ === 0) {
        if (!fits(residuals, buffers))
          buffers = residuals.map((each) => new Float32Array(each.length))
        residuals.forEach((values, i) => {
          const into = buffers[i] as Float32Array
          for (let at = 0; at < into.length; at++) into[at] = weight * (values[at] as number)
        })
        return
      }
      if (!fits(residuals, buffers)) {
        throw new ReverieError(
          'model_incompatible',
          'the ControlNets of this job are for different families: their residuals differ in shape. Use ControlNets of the model’s family',
          { field: 'control' },
        )
      }
      residuals.forEach((values, i) => {
        const into = buffers[i] as Float32Array
        for (let at = 0; at < into.length; at++) {
          into[at] = (into[at] as number) + weight * (values[at] as number)
        }
      })
    },
    end: () => (count === 0 ? undefined : buffers),
  }
}

const fits = (residuals: ControlResiduals, buffers: readonly Float32Array[]): boolean =>
  residuals.length === buffers.length &&
  residuals.every((values, i) => values.length === buffers[i]?.length)
