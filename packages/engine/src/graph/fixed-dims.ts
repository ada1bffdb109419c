import type { GraphEdits, OnnxModel } from './onnx-model.ts'
import { newValue } from './value-info.ts'

/**
 * Gives free sizes of a graph's inputs and outputs their number, for execution providers that want static shapes.
 * Shapes recorded for tensors inside are dropped: the runtime infers them again.
 * @param sizes by the name of the size, e.g. `{ batch_size: 2, height: 64 }`; others stay free
 * @returns how many sizes were fixed
 */
export function fixDims(
  model: OnnxModel,
  edits: GraphEdits,
  sizes: Readonly<Record<string, number>>,
): number {
  let fixed = 0
  for (const value of [...model.inputs, ...model.outputs]) {
    const dims = value.dims.map((dim) =>
      typeof dim === 'string' && Object.hasOwn(sizes, dim) ? (sizes[dim] as number) : dim,
    )
    const changed = dims.filter((dim, i) => dim !== value.dims[i]).length
    if (changed > 0) edits.values.set(value.name, newValue({ ...value, dims }))
    fixed += changed
  }
  edits.dropsShapes ||= fixed > 0
  return fixed
}
