import { ReverieError } from '@reverie/core'
import { createFloatOutput } from '../pipeline/float-tensors.ts'
import { findTensor, requireDims, requireOnlyInputs, requireType } from '../runtime/graph-shape.ts'
import type { OrtSession, Tensor } from '../runtime/ort-backend.ts'
import { applyLayerNorm, type LayerNormWeights } from './layer-norm.ts'

/** Which layer's output a text is embedded by. */
export interface TextLayer {
  /** 1 is the last layer. */
  readonly fromLast: number
  /** Whether it goes through the encoder's final layer normalisation: Stable Diffusion 1 and 2 want it, SDXL does not. */
  readonly isNormed: boolean
}

export interface EncodedWindow {
  /** [ids.length, width], a new array. */
  readonly embedding: Float32Array
  /** The whole text in one vector, a new array; undefined where it was not asked for. */
  readonly pooled: Float32Array | undefined
}

/** A CLIP text encoder in memory: CLIP-L, OpenCLIP-H or bigG. */
export interface TextEncoder {
  /** Values per token. */
  readonly width: number
  /**
   * Embeds one window of token ids.
   * @throws ReverieError `unsupported_by_model` where the graph does not give that layer, `model_invalid` where it has no
   * pooled output, `engine_failed`, `out_of_memory`
   */
  encode(ids: readonly number[], layer: TextLayer, isPooled: boolean): Promise<EncodedWindow>
}

export interface TextEncoderOptions {
  /** Names the part in errors, e.g. "text_encoder_2". */
  readonly part: string
  /** Values per token where the graph does not state them: `hidden_size` of its config. */
  readonly width: number
  /** Values of the pooled vector where the graph does not state them: `projection_dim` of its config. */
  readonly pooledWidth?: number | undefined
  /** Needed for clip skip in Stable Diffusion 1 and 2. */
  readonly finalNorm?: LayerNormWeights | undefined
}

const HIDDEN_STATE = /^hidden_states[._](\d+)$/

/** @throws ReverieError `model_invalid` when the graph is not a CLIP text encoder */
export function createTextEncoder(session: OrtSession, options: TextEncoderOptions): TextEncoder {
  const { part, finalNorm } = options
  const input = findTensor(part, 'input', session, ['input_ids'])
  const idType = requireType(part, input, ['int64', 'int32'])
  requireOnlyInputs(part, session, [input.name])
  const named = (name: string) => session.outputs.find((output) => output.name === name)
  const hidden = new Map(
    session.outputs.flatMap(({ name }) => {
      const index = HIDDEN_STATE.exec(name)?.[1]
      return index === undefined ? [] : [[Number(index), name] as const]
    }),
  )
  // A full set starts with the embeddings: the highest number is that of the last layer.
  const layers = Math.max(0, ...hidden.keys())
  const lastName = named('last_hidden_state')?.name
  const firstHidden = hidden.get(layers)
  const main = findTensor(part, 'output', session, [
    ...(lastName === undefined ? [] : [lastName]),
    ...(firstHidden === undefined ? [] : [firstHidden]),
  ])
  const width = statedWidth(main.shape) ?? options.width
  const pooledSpec = named('text_embeds')
  const pooledWidth = statedWidth(pooledSpec?.shape ?? []) ?? options.pooledWidth ?? width

  const outputs = new Map<string, ReturnType<typeof createFloatOutput>>()
  const outputOf = (name: string) => {
    const known = outputs.get(name)
    if (known !== undefined) return known
    const made = createFloatOutput(part, findTensor(part, 'output', session, [name]))
    outputs.set(name, made)
    return made
  }
  outputOf(main.name)

  /** The output that holds a layer, and whether the final norm is still to come. */
  const sourceOf = ({
    fromLast,
    isNormed,
  }: TextLayer): { name: string; isNormPending: boolean } => {
    if (fromLast === 1 && isNormed && !HIDDEN_STATE.test(main.name)) {
      return { name: main.name, isNormPending: false }
    }
    const name = fromLast > layers ? undefined : hidden.get(layers + 1 - fromLast)
    if (name !== undefined && (!isNormed || finalNorm !== undefined)) {
      return { name, isNormPending: isNormed }
    }
    if (!isNormed && layers === 0) throw lacks(part, 'hidden_states')
    throw noSuchLayer(part, fromLast, isNormed && finalNorm === undefined ? 1 : layers)
  }

  return {
    width,
    async encode(ids, layer, isPooled) {
      const { name, isNormPending } = sourceOf(layer)
      if (isPooled && pooledSpec === undefined) throw lacks(part, 'text_embeds')
      const dims = [1, ids.length]
      requireDims(part, input, dims)
      const values = outputOf(name)
      const pooled = isPooled && pooledSpec ? outputOf(pooledSpec.name) : undefined
      const targets: Record<string, Tensor> = { [name]: values.target([...dims, width]) }
      if (pooled !== undefined) targets[pooled.spec.name] = pooled.target([1, pooledWidth])
      await session.run({ [input.name]: { data: idData(ids, idType), dims } }, targets)
      const embedding = values.values().slice()
      if (isNormPending && finalNorm !== undefined) applyLayerNorm(embedding, finalNorm)
      return { embedding, pooled: pooled?.values().slice() }
    },
  }
}

const statedWidth = (shape: readonly (number | string)[]): number | undefined => {
  const last = shape.at(-1)
  return typeof last === 'number' ? last : undefined
}

const idData = (ids: readonly number[], type: 'int64' | 'int32'): BigInt64Array | Int32Array =>
  type === 'int64' ? BigInt64Array.from(ids, (id) => BigInt(id)) : Int32Array.from(ids)

const lacks = (part: string, output: string): ReverieError =>
  new ReverieError(
    'model_invalid',
    `${part} has no output ${output}, which SDXL needs; export the model as SDXL, with hidden states and projection`,
    { file: part },
  )

function noSuchLayer(part: string, fromLast: number, layers: number): ReverieError {
  const accepted = layers > 1 ? `1 to ${layers}` : '1'
  return new ReverieError(
    'unsupported_by_model',
    `${part} does not give the output of layer ${fromLast} from its end; ask for a clipSkip of ${accepted} or leave it out`,
    { field: 'clipSkip', accepted },
  )
}
