import { ReverieError } from '@reverie/core'
import { BYTES_OF_FORMAT, decodeFloats, encodeFloats } from '../graph/float-values.ts'
import type { GraphDraft } from '../graph/graph-draft.ts'
import { readValues } from '../graph/read-graph.ts'
import { formatOf } from '../graph/tensor-proto.ts'
import { findWeights, type GraphWeight, type GraphWeights } from './graph-weights.ts'
import { readDelta } from './lora-delta.ts'
import type { LoraFile, LoraModule } from './lora-file.ts'
import type { Part } from './lora-keys.ts'
import { addProduct, transposed } from './matrix.ts'

/** An adapter and how strongly it is applied. */
export interface WeightedLora {
  readonly lora: LoraFile
  readonly weight: number
}

/** What became of one adapter's modules in one part of a model. */
export interface MergeReport {
  readonly matched: number
  /** Paths of modules that the graph does not have. */
  readonly unmatched: readonly string[]
}

interface Change extends WeightedLora {
  readonly module: LoraModule
}

/**
 * Adds adapters to the weights of a graph: each weight is read once, gets weight * alpha / rank * up * down of every
 * adapter, and is rounded once to the type it is stored in.
 * @param onWeight called before each changed weight; it throws to stop
 * @returns a report for each of `loras`
 * @throws ReverieError `model_incompatible` for weights that are packed or quantised, or of another size;
 * `model_invalid`, `model_file_missing`
 */
export async function mergeLoras(
  draft: GraphDraft,
  loras: readonly WeightedLora[],
  part: Part,
  onWeight: () => void,
): Promise<MergeReport[]> {
  const graph = findWeights(draft.model)
  const changes = new Map<string, { target: GraphWeight; changes: Change[] }>()
  const reports = loras.map(({ lora, weight }): MergeReport => {
    const unmatched: string[] = []
    let matched = 0
    for (const module of lora.modules.filter((each) => each.part === part)) {
      const target = graph.weights.get(module.path)
      if (target === undefined) {
        refuseUnreachable(graph, module.path, draft.model.file)
        unmatched.push(module.path)
        continue
      }
      matched++
      const change = { lora, weight, module }
      const known = changes.get(target.tensor.name)
      if (known === undefined) changes.set(target.tensor.name, { target, changes: [change] })
      else if (known.target.path === module.path) known.changes.push(change)
      else throw sharedWeight(draft.model.file, known.target.path, module.path)
    }
    return { matched, unmatched }
  })
  for (const { target, changes: ofTarget } of changes.values()) {
    onWeight()
    await changeWeight(draft, target, ofTarget)
  }
  return reports
}

async function changeWeight(
  draft: GraphDraft,
  target: GraphWeight,
  changes: readonly Change[],
): Promise<void> {
  const { tensor, isOutFirst } = target
  const { file } = draft.model
  const format = formatOf(tensor, file)
  const [first = 0, ...rest] = tensor.dims
  const others = rest.reduce((all, size) => all * size, 1)
  const stored = await readValues(tensor, file, first * others * BYTES_OF_FORMAT[format])
  const values = decodeFloats(stored, format)
  const size = isOutFirst ? { rows: first, columns: others } : { rows: others, columns: first }
  for (const { lora, module, weight } of changes) {
    const { factors, scale } = await readDelta(lora, module, size)
    // The turned product is the product of the turned factors, in the other order.
    const [left, right] = isOutFirst ? factors : factors.map(transposed).reverse()
    if (left === undefined) continue
    if (right === undefined) addScaled(values, left.values, weight * scale)
    else addProduct(values, left, right, weight * scale)
  }
  await draft.replace(tensor, encodeFloats(values, format))
}

function addScaled(target: Float32Array, values: Float32Array, scale: number): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] as number) + scale * (values[i] as number)
  }
}

const ATTENTION = /_(?:to_[qkv]|[qkv]_proj)$/

/** A weight that the graph has in a form that nothing can be added to. */
function refuseUnreachable(graph: GraphWeights, path: string, file: string): void {
  const isQuantised = graph.quantised.has(path)
  if (!isQuantised && !(graph.packed.length > 0 && ATTENTION.test(path))) return
  throw new ReverieError(
    'model_incompatible',
    `${file} keeps the weights of ${path} ${isQuantised ? 'quantised to integers' : 'packed into one matrix for query, key and value'}, and a LoRA cannot be added to those; use the raw float export of this model`,
    { file, accepted: 'a raw float32 or float16 export' },
  )
}

const sharedWeight = (file: string, one: string, other: string): ReverieError =>
  new ReverieError(
    'model_incompatible',
    `${file} has one weight for ${one} and ${other}, so that a LoRA for one would change both; export the model without removing duplicates`,
    { file },
  )
