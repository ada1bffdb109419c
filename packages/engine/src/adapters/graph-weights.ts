import { type GraphIndex, indexGraph, resolveWeight } from '../graph/graph-index.ts'
import { attributeOf, type GraphNode, moduleOf } from '../graph/node-proto.ts'
import type { OnnxModel } from '../graph/onnx-model.ts'
import type { GraphTensor } from '../graph/tensor-proto.ts'
import { modulePath } from './module-path.ts'

/** The weight of a linear or convolutional module, as it lies in a graph. */
export interface GraphWeight {
  readonly path: string
  readonly tensor: GraphTensor
  /** [out, in, ...kernel]; false for [in, out], how exporters store what MatMul takes. */
  readonly isOutFirst: boolean
}

export interface GraphWeights {
  /** By modulePath. */
  readonly weights: ReadonlyMap<string, GraphWeight>
  /** Modules whose weights are integers. */
  readonly quantised: ReadonlySet<string>
  /** Operators with query, key and value in one matrix. */
  readonly packed: readonly string[]
}

/** Operators that take their weights as integers. */
const QUANTISED = new Set([
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'QLinearMatMul',
  'QGemm',
  'QLinearConv',
  'ConvInteger',
])

/**
 * The weights of a graph by module. Convolutions and Gemm keep the module's name in the weight's; MatMul's weights are
 * anonymous (`onnx::MatMul_8641`) and turned, and the node's name says the module:
 * `/down_blocks.0/attentions.0/transformer_blocks.0/attn1/to_q/MatMul`, or what torch's newer exporter notes about it.
 */
export function findWeights(model: OnnxModel): GraphWeights {
  const index = indexGraph(model)
  const weights = new Map<string, GraphWeight>()
  const quantised = new Set<string>()
  const packed: string[] = []
  for (const node of model.nodes) {
    if (isPacked(node)) packed.push(node.name)
    if (QUANTISED.has(node.opType)) quantised.add(pathOfNode(model, node))
    if (node.opType !== 'MatMul' && node.opType !== 'Gemm' && node.opType !== 'Conv') continue
    const [, name = ''] = node.inputs
    const weight = resolveWeight(model, index, name)
    if (weight !== undefined) {
      const path = pathOf(model, weight.tensor.name, node)
      const isOutFirst = takesOutFirst(model, node) !== weight.isTransposed
      weights.set(path, { path, tensor: weight.tensor, isOutFirst })
    } else if (isDequantised(index, name)) quantised.add(pathOf(model, name, node))
  }
  return { weights, quantised, packed }
}

const NAMED = /\.weight(?:_\w+)?$/

const pathOfNode = (model: OnnxModel, node: GraphNode): string =>
  modulePath(moduleOf(node, model.file) ?? node.name.replace(/\/[^/]*$/, ''))

const pathOf = (model: OnnxModel, name: string, node: GraphNode): string =>
  NAMED.test(name) ? modulePath(name.replace(NAMED, '')) : pathOfNode(model, node)

const takesOutFirst = (model: OnnxModel, node: GraphNode): boolean =>
  node.opType === 'Conv' ||
  (node.opType === 'Gemm' && attributeOf(node, 'transB', model.file)?.int === 1)

const isDequantised = (index: GraphIndex, name: string): boolean => {
  const maker = index.producer.get(name)
  const before = maker?.opType === 'Cast' ? index.producer.get(maker.inputs[0] ?? '') : maker
  return before?.opType === 'DequantizeLinear'
}

/** ONNX Runtime's Attention, or its MultiHeadAttention given query, key and value in one tensor. */
const isPacked = (node: GraphNode): boolean => {
  if (node.domain !== 'com.microsoft') return false
  if (node.opType === 'Attention') return true
  return node.opType === 'MultiHeadAttention' && (node.inputs[2] ?? '') === ''
}
