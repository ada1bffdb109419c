import { WireType } from '@bufbuild/protobuf/wire'
import { type GraphNode, parseNode } from './node-proto.ts'
import { type GraphTensor, parseTensor } from './tensor-proto.ts'
import { type GraphValue, parseValue } from './value-info.ts'
import { bytesField, notAGraph, type WireField, wireFields } from './wire-fields.ts'

const GRAPH = 7
/** Numbers of GraphProto's fields. */
const GRAPH_FIELD = {
  node: 1,
  initialiser: 5,
  input: 11,
  output: 12,
} as const

/** An ONNX graph, read: views of `bytes`, which holds the whole file. */
export interface OnnxModel {
  /** Named in errors. */
  readonly file: string
  readonly bytes: Uint8Array
  readonly fields: readonly WireField[]
  readonly graph: readonly WireField[]
  /** In the order of the file, which is an order they can be computed in. */
  readonly nodes: readonly GraphNode[]
  readonly initialisers: ReadonlyMap<string, GraphTensor>
  readonly inputs: readonly GraphValue[]
  readonly outputs: readonly GraphValue[]
}

/**
 * Reads a ModelProto (onnx.proto); fields that are not known here are kept for writing.
 * @throws ReverieError `model_invalid`
 */
export function parseModel(bytes: Uint8Array, file: string): OnnxModel {
  const fields = wireFields(bytes, file)
  const graphs = fields.filter((field) => field.number === GRAPH)
  const [field] = graphs
  if (field?.type !== WireType.LengthDelimited || graphs.length > 1) {
    throw notAGraph(file, `${graphs.length} graphs in it`)
  }
  const graph = wireFields(field.value, file)
  const messages = (number: number) =>
    graph.filter((each) => each.number === number && each.type === WireType.LengthDelimited)
  const nodes = messages(GRAPH_FIELD.node).map((each) => parseNode(each.value, file))
  if (nodes.length === 0) throw notAGraph(file, 'no operators in it')
  const initialisers = messages(GRAPH_FIELD.initialiser).map((each) =>
    parseTensor(each.value, file),
  )
  return {
    file,
    bytes,
    fields,
    graph,
    nodes,
    initialisers: new Map(initialisers.map((tensor) => [tensor.name, tensor])),
    inputs: messages(GRAPH_FIELD.input).map((each) => parseValue(each.value, file)),
    outputs: messages(GRAPH_FIELD.output).map((each) => parseValue(each.value, file)),
  }
}

/** What is changed in a graph. Messages are encoded; a name or position that is not in the graph is not an edit. */
export interface GraphEdits {
  /** TensorProtos by the name of the initialiser they replace. */
  readonly initialisers: Map<string, Uint8Array>
  readonly newInitialisers: Uint8Array[]
  /** By position: what stands in a node's place, e.g. new nodes and then itself. */
  readonly nodes: Map<number, readonly Uint8Array[]>
  /** After all others. */
  readonly newNodes: Uint8Array[]
  readonly newOutputs: Uint8Array[]
}

export const noEdits = (): GraphEdits => ({
  initialisers: new Map(),
  newInitialisers: [],
  nodes: new Map(),
  newNodes: [],
  newOutputs: [],
})

export const isEmpty = (edits: GraphEdits): boolean =>
  edits.initialisers.size + edits.nodes.size === 0 &&
  edits.newInitialisers.length + edits.newNodes.length + edits.newOutputs.length === 0

/** The model with `edits`, as chunks to be written one after the other: what is unchanged is a view, never a copy. */
export function encodeModel(model: OnnxModel, edits: GraphEdits): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let node = 0
  for (const field of model.graph) chunks.push(...editedField(field))
  chunks.push(
    ...edits.newNodes.flatMap((bytes) => bytesField(GRAPH_FIELD.node, [bytes])),
    ...edits.newInitialisers.flatMap((bytes) => bytesField(GRAPH_FIELD.initialiser, [bytes])),
    ...edits.newOutputs.flatMap((bytes) => bytesField(GRAPH_FIELD.output, [bytes])),
  )
  return model.fields.flatMap((field) =>
    field.number === GRAPH ? bytesField(GRAPH, chunks) : [field.raw],
  )

  function editedField(field: WireField): readonly Uint8Array[] {
    if (field.type !== WireType.LengthDelimited) return [field.raw]
    if (field.number === GRAPH_FIELD.node) {
      const replaced = edits.nodes.get(node++)
      return replaced?.flatMap((bytes) => bytesField(GRAPH_FIELD.node, [bytes])) ?? [field.raw]
    }
    if (field.number === GRAPH_FIELD.initialiser && edits.initialisers.size > 0) {
      const bytes = edits.initialisers.get(parseTensor(field.value, model.file).name)
      return bytes === undefined ? [field.raw] : bytesField(field.number, [bytes])
    }
    return [field.raw]
  }
}
