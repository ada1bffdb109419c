import { type GraphIndex, resolveWeight } from './graph-index.ts'
import { attributeOf, type GraphNode } from './node-proto.ts'
import type { OnnxModel } from './onnx-model.ts'
import { firstFloat, type GraphTensor, parseTensor } from './tensor-proto.ts'

/** A layer normalisation of a graph, found by the name of its weight. */
export interface LayerNorm {
  /** e.g. "text_model.encoder.layers.0.layer_norm1" */
  readonly name: string
  readonly weight: GraphTensor
  readonly bias: GraphTensor | undefined
  readonly epsilon: number
  /** The tensor that is normalised, or the output to be given a name that holds it. */
  readonly input:
    | { readonly kind: 'tensor'; readonly name: string }
    | { readonly kind: 'output'; readonly node: GraphNode; readonly position: number }
}

/** CLIP's, and ONNX's default. */
const USUAL_EPSILON = 1e-5
/** SkipLayerNormalization's fourth output is the sum that it normalises. */
const SUM_OUTPUT = 3

/**
 * The layer normalisations of a text encoder: as an operator (opset 17 on), fused with the addition before it, or
 * spelled out in small operators by older exports.
 */
export function findLayerNorms(model: OnnxModel, index: GraphIndex): LayerNorm[] {
  return model.nodes.flatMap((node): LayerNorm[] => {
    const isSkip = node.opType === 'SkipLayerNormalization'
    if (!isSkip && node.opType !== 'LayerNormalization') return spelledOut(model, index, node)
    const [input = '', ...rest] = node.inputs
    const [scale, shift] = isSkip ? rest.slice(1) : rest
    const weight = weightOf(model, index, scale)
    if (weight === undefined) return []
    return [
      {
        name: moduleOf(weight),
        weight,
        bias: weightOf(model, index, shift),
        epsilon: attributeOf(node, 'epsilon', model.file)?.float ?? USUAL_EPSILON,
        input: isSkip
          ? { kind: 'output', node, position: SUM_OUTPUT }
          : { kind: 'tensor', name: input },
      },
    ]
  })
}

const weightOf = (model: OnnxModel, index: GraphIndex, name: string | undefined) =>
  name === undefined ? undefined : resolveWeight(model, index, name)?.tensor

const moduleOf = (weight: GraphTensor): string => weight.name.replace(/\.weight(?:_\w+)?$/, '')

/** (x - mean) / sqrt(variance + epsilon) * weight + bias, entered at the multiplication. */
function spelledOut(model: OnnxModel, index: GraphIndex, node: GraphNode): LayerNorm[] {
  if (node.opType !== 'Mul') return []
  const scaleAt = node.inputs.findIndex((input) =>
    /norm\w*\.weight/.test(weightOf(model, index, input)?.name ?? ''),
  )
  const weight = weightOf(model, index, node.inputs[scaleAt])
  const ratio = producing(index, node.inputs[1 - scaleAt], 'Div')
  const centred = producing(index, ratio?.inputs[0], 'Sub')
  const [input] = centred?.inputs ?? []
  if (weight === undefined || input === undefined) return []
  const shifted = index.consumers.get(node.outputs[0] ?? '')?.find((each) => each.opType === 'Add')
  const shift = shifted?.inputs.find((each) => each !== node.outputs[0])
  const root = producing(index, ratio?.inputs[1], 'Sqrt')
  const sum = producing(index, root?.inputs[0], 'Add')
  const epsilon = sum?.inputs.map((each) => constantOf(model, index, each)).find(Boolean)
  return [
    {
      name: moduleOf(weight),
      weight,
      bias: weightOf(model, index, shift),
      epsilon: epsilon ?? USUAL_EPSILON,
      input: { kind: 'tensor', name: input },
    },
  ]
}

/** The node of this kind that makes a tensor, perhaps before a cast: half-precision exports compute norms in float32. */
function producing(
  index: GraphIndex,
  name: string | undefined,
  opType: string,
): GraphNode | undefined {
  const made = index.producer.get(name ?? '')
  const node = made?.opType === 'Cast' ? index.producer.get(made.inputs[0] ?? '') : made
  return node?.opType === opType ? node : undefined
}

function constantOf(model: OnnxModel, index: GraphIndex, name: string): number | undefined {
  const tensor = model.initialisers.get(name)
  if (tensor !== undefined) return firstFloat(tensor, model.file)
  const node = index.producer.get(name)
  const value = node && attributeOf(node, 'value', model.file)?.tensor
  return value && firstFloat(parseTensor(value, model.file), model.file)
}
