import { BYTES_OF_FORMAT, decodeFloats } from './float-values.ts'
import { indexGraph } from './graph-index.ts'
import { findLayerNorms, type LayerNorm } from './layer-norms.ts'
import { newNode, withTensors } from './node-proto.ts'
import type { GraphEdits, OnnxModel } from './onnx-model.ts'
import { readValues } from './read-graph.ts'
import { formatOf, type GraphTensor } from './tensor-proto.ts'
import { newValue } from './value-info.ts'
import { notAGraph } from './wire-fields.ts'

/** A text encoder's last layer normalisation: what an earlier layer's output goes through for clip skip. */
export interface FinalNorm {
  /** [width] */
  readonly weight: Float32Array
  /** [width] */
  readonly bias: Float32Array
  readonly epsilon: number
}

export interface HiddenStates {
  /** Transformer layers; the graph's outputs are `hidden_states.0` (embeddings) to `hidden_states.<layers>`. */
  readonly layers: number
  /** False where the export has these outputs of its own. */
  readonly isAdded: boolean
}

/**
 * Adds the outputs `hidden_states.N` to the graph of a CLIP text encoder that lacks them, as transformers counts them:
 * N = 0 is the embeddings' sum and N the output of layer N - 1, the last before the final normalisation. They have the
 * type and shape of `last_hidden_state`.
 * @returns undefined where the graph has no layers of CLIP's names
 */
export function addHiddenStates(model: OnnxModel, edits: GraphEdits): HiddenStates | undefined {
  const present = model.outputs.filter((output) => output.name.startsWith('hidden_states.')).length
  if (present > 1) return { layers: present - 1, isAdded: false }
  const norms = findLayerNorms(model, indexGraph(model))
  const inputs = layerInputs(norms)
  const last = model.outputs.find((output) => output.name === 'last_hidden_state')
  if (inputs === undefined || last === undefined) return undefined
  inputs.forEach((norm, layer) => {
    const name = `hidden_states.${layer}`
    edits.newNodes.push(
      newNode({
        name: `/reverie/${name}`,
        opType: 'Cast',
        inputs: [namedInput(model, edits, norm, `${name}/before`)],
        outputs: [name],
        ints: { to: last.dataType },
      }),
    )
    edits.newOutputs.push(newValue({ ...last, name }))
  })
  return { layers: inputs.length - 1, isAdded: true }
}

/** The norm that each hidden state goes into: the first of each layer, then the final one. */
function layerInputs(norms: readonly LayerNorm[]): LayerNorm[] | undefined {
  const found = new Map<number, LayerNorm>()
  for (const norm of norms) {
    const layer = /(?:^|\.)layers\.(\d{1,3})\.layer_norm1$/.exec(norm.name)?.[1]
    if (layer !== undefined) found.set(Number(layer), norm)
  }
  const inputs = Array.from({ length: found.size }, (_, layer) => found.get(layer))
  inputs.push(finalOf(norms))
  return found.size > 0 && inputs.every((norm) => norm !== undefined) ? inputs : undefined
}

const finalOf = (norms: readonly LayerNorm[]): LayerNorm | undefined =>
  norms.find((norm) => /(?:^|\.)final_layer_norm$/.test(norm.name))

/** The name of the tensor that a norm normalises; a fused one is made to give it. */
function namedInput(model: OnnxModel, edits: GraphEdits, norm: LayerNorm, fresh: string): string {
  if (norm.input.kind === 'tensor') return norm.input.name
  const { node, position } = norm.input
  const known = node.outputs[position]
  if (known !== undefined && known !== '') return known
  const outputs = Array.from({ length: position + 1 }, (_, i) => node.outputs[i] ?? '')
  outputs[position] = fresh
  edits.nodes.set(model.nodes.indexOf(node), [withTensors(node, { outputs })])
  return fresh
}

/**
 * Reads a text encoder's final layer normalisation.
 * @returns undefined where the graph has none of CLIP's name
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readFinalNorm(model: OnnxModel): Promise<FinalNorm | undefined> {
  const norm = finalOf(findLayerNorms(model, indexGraph(model)))
  if (norm?.bias === undefined) return undefined
  const [weight, bias] = await Promise.all([vector(model, norm.weight), vector(model, norm.bias)])
  if (weight.length !== bias.length) throw notAGraph(model.file, `${norm.name} has unequal vectors`)
  return { weight, bias, epsilon: norm.epsilon }
}

async function vector(model: OnnxModel, tensor: GraphTensor): Promise<Float32Array> {
  const format = formatOf(tensor, model.file)
  const [length = 0] = tensor.dims
  const bytes = await readValues(tensor, model.file, length * BYTES_OF_FORMAT[format])
  return decodeFloats(bytes, format)
}
