import { attributeOf, type GraphNode } from './node-proto.ts'
import type { OnnxModel } from './onnx-model.ts'
import type { GraphTensor } from './tensor-proto.ts'

/** Which node makes and which nodes take a tensor. */
export interface GraphIndex {
  readonly producer: ReadonlyMap<string, GraphNode>
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>
}

export function indexGraph(model: OnnxModel): GraphIndex {
  const producer = new Map<string, GraphNode>()
  const consumers = new Map<string, GraphNode[]>()
  for (const node of model.nodes) {
    for (const output of node.outputs) if (output !== '') producer.set(output, node)
    for (const input of new Set(node.inputs)) {
      const known = consumers.get(input)
      if (known === undefined) consumers.set(input, [node])
      else known.push(node)
    }
  }
  return { producer, consumers }
}

/** An initialiser as a node sees it. */
export interface ResolvedWeight {
  readonly tensor: GraphTensor
  /** An odd number of Transpose nodes is between them. */
  readonly isTransposed: boolean
}

/** Exports put at most a cast and a transposition between a weight and its use; cyclic graphs end here too. */
const MAX_STEPS = 8

/** The initialiser behind a tensor, through casts, identities and 2-D transpositions; undefined where it is computed. */
export function resolveWeight(
  model: OnnxModel,
  index: GraphIndex,
  name: string,
): ResolvedWeight | undefined {
  let isTransposed = false
  for (let current = name, step = 0; step < MAX_STEPS; step++) {
    const tensor = model.initialisers.get(current)
    if (tensor !== undefined) return { tensor, isTransposed }
    const node = index.producer.get(current)
    const [input] = node?.inputs ?? []
    if (node === undefined || input === undefined) return undefined
    if (node.opType === 'Transpose') {
      const { ints: order = [1, 0] } = attributeOf(node, 'perm', model.file) ?? {}
      if (order.length !== 2) return undefined
      if (order[0] === 1) isTransposed = !isTransposed
    } else if (node.opType !== 'Cast' && node.opType !== 'Identity') return undefined
    current = input
  }
  return undefined
}
