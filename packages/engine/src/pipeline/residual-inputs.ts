import { ReverieError } from '@reverie/core'
import type { Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import { createFloatInput, sizeOf } from './float-tensors.ts'
import type { UnetCall } from './pipeline.ts'
import { type ResidualShape, residualDims } from './residual-shapes.ts'

/** The inputs of a UNet that take a ControlNet's residuals; none for most UNets. */
export interface ResidualInputs {
  readonly names: readonly string[]
  /** Zeros where the call brings no residuals: the graph takes them all the same. */
  tensors(call: UnetCall): Record<string, Tensor>
}

export function createResidualInputs(
  part: string,
  specs: readonly TensorSpec[],
  shapes: readonly ResidualShape[],
): ResidualInputs {
  const inputs = specs.map((spec, i) => ({
    input: createFloatInput(part, spec),
    shape: shapes[i] as ResidualShape,
  }))
  return {
    names: specs.map(({ name }) => name),
    tensors({ residuals, rows, size }) {
      if (residuals !== undefined && residuals.length !== inputs.length) {
        throw new ReverieError(
          'model_incompatible',
          `the ControlNet gives ${residuals.length} residuals; this model's UNet takes ${inputs.length}. Use a ControlNet of the model's family`,
          { accepted: `${inputs.length} residuals` },
        )
      }
      return Object.fromEntries(
        inputs.map(({ input, shape }, i) => {
          const dims = residualDims(shape, size, rows.length)
          const values = input.values(sizeOf(dims))
          const given = residuals?.[i]
          if (given === undefined) values.fill(0)
          else values.set(given)
          return [input.spec.name, input.tensor(dims)]
        }),
      )
    },
  }
}
