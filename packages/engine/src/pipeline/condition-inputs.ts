import { ReverieError } from '@reverie/core'
import { findTensor, requireDims } from '../runtime/graph-shape.ts'
import type { OrtSession, Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import type { TextCondition } from '../text/conditioning.ts'
import { createFloatInput, type FloatInput } from './float-tensors.ts'
import type { UnetCall } from './pipeline.ts'
import { LIKED, ownSizes, type TimeIdCount, timeIds } from './time-ids.ts'
import { createTimestepInput } from './timestep-input.ts'

type Tensors = Record<string, Tensor>

/** What UNets and ControlNets are told beside the latents: time, text and, in SDXL, sizes. */
export interface ConditionInputs {
  readonly names: readonly string[]
  /** Values per token that the graph takes; undefined where it does not say. */
  readonly textWidth: number | undefined
  /** Tokens that the graph takes; undefined where any number will do. */
  readonly maxTokens: number | undefined
  tensors(call: UnetCall): Tensors
}

/** @throws ReverieError `model_invalid` when a tensor is missing or of another type */
export function createConditionInputs(part: string, session: OrtSession): ConditionInputs {
  const timestep = findTensor(part, 'input', session, ['timestep'])
  const text = findTensor(part, 'input', session, ['encoder_hidden_states'])
  const timestepTensor = createTimestepInput(part, timestep)
  const textTensor = createTextRows(part, createFloatInput(part, text))
  const sizes = createSizeInputs(part, session)
  const [, tokens, width] = text.shape

  return {
    names: [timestep.name, text.name, ...sizes.names],
    textWidth: statedSize(width),
    maxTokens: statedSize(tokens),
    tensors: (call) => ({
      [timestep.name]: timestepTensor(call.timestep, call.rows.length),
      [text.name]: textTensor(call.rows),
      ...sizes.tensors(call),
    }),
  }
}

const statedSize = (size: number | string | undefined): number | undefined =>
  typeof size === 'number' && size > 0 ? size : undefined

/** The text of each row, copied and converted once for all steps that are told the same. */
function createTextRows(
  part: string,
  input: FloatInput,
): (rows: readonly TextCondition[]) => Tensor {
  let last: readonly TextCondition[] = []
  let tensor: Tensor | undefined
  return (rows) => {
    if (tensor !== undefined && isSame(rows, last)) return tensor
    const [first] = rows
    if (first === undefined) {
      throw new ReverieError('internal', 'a UNet call needs at least one row')
    }
    const length = first.embedding.length
    const dims = [rows.length, first.tokens, length / first.tokens]
    requireDims(part, input.spec, dims)
    const values = input.values(rows.length * length)
    rows.forEach(({ embedding }, row) => {
      if (embedding.length !== length) {
        const lengths = `${length} and ${embedding.length}`
        throw new ReverieError('internal', `rows of a call differ in length: ${lengths} values`)
      }
      values.set(embedding, row * length)
    })
    tensor = input.tensor(dims)
    last = rows.slice()
    return tensor
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])

/** SDXL's `text_embeds` and `time_ids`; nothing for graphs that have neither. */
function createSizeInputs(part: string, session: OrtSession) {
  const spec = (name: string) => session.inputs.find((input) => input.name === name)
  const [pooledSpec, idsSpec] = [spec('text_embeds'), spec('time_ids')]
  if (pooledSpec === undefined && idsSpec === undefined) {
    return { names: [], tensors: (): Tensors => ({}) }
  }
  const pooled = createFloatInput(part, pooledSpec ?? missing(part, 'text_embeds'))
  const ids = createFloatInput(part, idsSpec ?? missing(part, 'time_ids'))
  const count = timeIdCount(part, ids.spec)
  return {
    names: [pooled.spec.name, ids.spec.name],
    tensors({ rows, size, sizes = ownSizes(size), aestheticScores = [] }: UnetCall): Tensors {
      const width = rows[0]?.pooled?.length ?? 0
      const vectors = pooled.values(rows.length * width)
      const values = ids.values(rows.length * count)
      rows.forEach((row, i) => {
        if (row.pooled === undefined) {
          throw new ReverieError('internal', `${part} takes a pooled vector; a row has none`)
        }
        vectors.set(row.pooled, i * width)
        values.set(timeIds(count, sizes, aestheticScores[i] ?? LIKED), i * count)
      })
      const dims = [rows.length, width]
      requireDims(part, pooled.spec, dims)
      return {
        [pooled.spec.name]: pooled.tensor(dims),
        [ids.spec.name]: ids.tensor([rows.length, count]),
      }
    },
  }
}

/** A graph that leaves the number open is SDXL's: refiners are told apart by the 5 in their graph. */
function timeIdCount(part: string, { name, shape }: TensorSpec): TimeIdCount {
  const count = shape[1]
  if (typeof count === 'string' || count === 6) return 6
  if (count === 5) return 5
  throw new ReverieError(
    'model_invalid',
    `${part}: tensor ${name} takes ${count} values a row; accepted: 6 (SDXL) or 5 (its refiner)`,
    { file: part },
  )
}

function missing(part: string, name: string): never {
  throw new ReverieError(
    'model_invalid',
    `${part} has no input ${name}; an SDXL graph takes both text_embeds and time_ids. Export it again`,
    { file: part },
  )
}
