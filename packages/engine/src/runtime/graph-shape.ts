import { ReverieError } from '@reverie/core'
import type { OrtSession, TensorSpec } from './ort-backend.ts'

/** Which tensor of a graph is meant: the first of `names` that is there; without a hit, the only one. */
export function findTensor(
  part: string,
  kind: 'input' | 'output',
  session: OrtSession,
  names: readonly string[],
): TensorSpec {
  const specs = kind === 'input' ? session.inputs : session.outputs
  const named = names.map((name) => specs.find((spec) => spec.name === name))
  const found = named.find((spec) => spec !== undefined)
  if (found !== undefined) return found
  const [only] = specs
  if (specs.length === 1 && only !== undefined) return only
  throw new ReverieError(
    'model_invalid',
    `${part} has no ${kind} ${names.join(' or ')}; it has ${specs.map((spec) => spec.name).join(', ')}`,
  )
}

/** @throws ReverieError `model_invalid` when the graph wants another element type than those accepted */
export function requireType<T extends string>(
  part: string,
  spec: TensorSpec,
  accepted: readonly T[],
): T {
  const type = accepted.find((each) => each === spec.type)
  if (type !== undefined) return type
  throw new ReverieError(
    'model_invalid',
    `${part}: tensor ${spec.name} is ${spec.type}; accepted: ${accepted.join(', ')}. Export the model with float32 inputs and outputs (weights may be float16)`,
  )
}

/** @throws ReverieError `model_invalid` when the graph needs inputs that the engine does not give */
export function requireOnlyInputs(
  part: string,
  session: OrtSession,
  given: readonly string[],
): void {
  const extra = session.inputs.filter((spec) => !given.includes(spec.name))
  if (extra.length === 0) return
  throw new ReverieError(
    'model_invalid',
    `${part} needs ${extra.map((spec) => spec.name).join(', ')}, which the engine does not know; it gives ${given.join(', ')}. Export the model without further inputs`,
    { file: part, accepted: given.join(', ') },
  )
}

/** @throws ReverieError `unsupported_by_model` when the graph was exported for one fixed size and `dims` is another */
export function requireDims(part: string, spec: TensorSpec, dims: readonly number[]): void {
  const fits =
    spec.shape.length === dims.length &&
    spec.shape.every((size, i) => isFree(size) || size === dims[i])
  if (fits) return
  const accepted = `[${spec.shape.join(', ')}]`
  throw new ReverieError(
    'unsupported_by_model',
    `${part}: tensor ${spec.name} takes ${accepted}, not [${dims.join(', ')}]; ask for the size the model was exported for`,
    { file: part, accepted },
  )
}

/** A free size has a name, or -1 where the exporter gave none. */
const isFree = (size: number | string): boolean => typeof size === 'string' || size < 0
