import type { ControlNet, ControlResiduals, UnetCall } from './pipeline.ts'
import { createResidualSum } from './sum-residuals.ts'

/** A ControlNet in a run. */
export interface ControlUse {
  readonly net: ControlNet
  /** What it is shown: [3, 8 height, 8 width], 0 to 1. */
  readonly image: Float32Array
  /** How much its residuals count. */
  readonly weight: number
  /** Shares of the run before it begins and after which it ends, 0 to 1. */
  readonly start: number
  readonly end: number
}

/**
 * The residuals of all ControlNets that act in a model call. One acts where the whole call lies between its start and its
 * end, as diffusers counts.
 */
export function createControls(
  controls: readonly ControlUse[],
  calls: number,
  checkpoint: () => Promise<void>,
): { residuals(call: number, of: UnetCall): Promise<ControlResiduals | undefined> } {
  const sum = createResidualSum()
  const acts = ({ start, end, weight }: ControlUse, call: number) =>
    weight !== 0 && call / calls >= start && (call + 1) / calls <= end
  return {
    async residuals(call, of) {
      sum.begin()
      for (const control of controls) {
        if (!acts(control, call)) continue
        await checkpoint()
        const residuals = await control.net.residuals({ ...of, image: control.image })
        sum.add({ residuals, weight: control.weight })
      }
      return sum.end()
    },
  }
}
