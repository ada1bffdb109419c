import { ReverieError } from '@reverie/core'
import { BYTES_OF_FORMAT, encodeFloats } from '../graph/float-values.ts'
import type { GraphDraft } from '../graph/graph-draft.ts'
import { indexGraph, resolveWeight } from '../graph/graph-index.ts'
import { attributeOf, newNode, withTensors } from '../graph/node-proto.ts'
import { readValues } from '../graph/read-graph.ts'
import { DATA_TYPE, formatOf, type GraphTensor, scalarTensor } from '../graph/tensor-proto.ts'
import { notAGraph } from '../graph/wire-fields.ts'
import type { Matrix } from './matrix.ts'

/** Vectors that one text encoder is to know under a name. */
export interface NamedVectors {
  readonly name: string
  /** Named in errors. */
  readonly file: string
  readonly vectors: Matrix
}

/**
 * Appends vectors to a text encoder's token embedding, and keeps its pooled output at the end-of-text token.
 * @returns the ids of each name's vectors, in their order
 * @throws ReverieError `model_incompatible` for vectors of another width; `model_invalid`, `model_file_missing`
 */
export async function addEmbeddings(
  draft: GraphDraft,
  embeddings: readonly NamedVectors[],
): Promise<Map<string, number[]>> {
  const { model } = draft
  const { file } = model
  const tensor = tokenEmbedding(draft)
  const [rows = 0, width = 0] = tensor.dims
  const format = formatOf(tensor, file)
  const known = await readValues(tensor, file, rows * width * BYTES_OF_FORMAT[format])
  const ids = new Map<string, number[]>()
  const pieces: Uint8Array[] = [known]
  let next = rows
  for (const { name, file: source, vectors } of embeddings) {
    if (vectors.columns !== width) {
      throw new ReverieError(
        'model_incompatible',
        `${source} is for another family of models: its vectors have ${vectors.columns} values, and this model's text encoder takes ${width}`,
        { file: source, accepted: `vectors of ${width} values` },
      )
    }
    ids.set(
      name,
      Array.from({ length: vectors.rows }, (_, i) => next + i),
    )
    next += vectors.rows
    pieces.push(encodeFloats(vectors.values, format))
  }
  await draft.replace(tensor, Buffer.concat(pieces), [next, width])
  keepPooling(draft, rows)
  return ids
}

function tokenEmbedding({ model }: GraphDraft): GraphTensor {
  const index = indexGraph(model)
  const gathered = model.nodes
    .filter((node) => node.opType === 'Gather')
    .map((node) => resolveWeight(model, index, node.inputs[0] ?? '')?.tensor)
  const tensor = gathered.find((each) => /token_embedding\.weight/.test(each?.name ?? ''))
  if (tensor?.dims.length === 2) return tensor
  throw notAGraph(model.file, 'no token embedding of CLIP in it')
}

/**
 * Older exports find the end of a text as the largest token id, which an added vector's would be. What ArgMax sees of
 * ids beyond the vocabulary is made 0.
 */
function keepPooling({ model, edits }: GraphDraft, vocabulary: number): void {
  const { producer } = indexGraph(model)
  const ids = model.inputs.find((input) => input.name === 'input_ids')
  model.nodes.forEach((node, position) => {
    const [seen = ''] = node.inputs
    if (node.opType !== 'ArgMax' || ids === undefined) return
    const type = typeOfIds(seen)
    if (type === undefined) return
    const at = `/reverie/pooling.${position}`
    edits.newInitialisers.push(
      scalarTensor(`${at}/vocabulary`, type, vocabulary),
      scalarTensor(`${at}/zero`, type, 0),
    )
    edits.nodes.set(position, [
      newNode({
        name: `${at}/Less`,
        opType: 'Less',
        inputs: [seen, `${at}/vocabulary`],
        outputs: [`${at}/is_word`],
      }),
      newNode({
        name: `${at}/Where`,
        opType: 'Where',
        inputs: [`${at}/is_word`, seen, `${at}/zero`],
        outputs: [`${at}/ids`],
      }),
      withTensors(node, { inputs: [`${at}/ids`] }),
    ])
  })

  /** Int32 or int64 where a tensor is the token ids, perhaps cast or reshaped; undefined where it is something else. */
  function typeOfIds(name: string): 6 | 7 | undefined {
    let type: number | undefined
    for (let current = name, step = 0; step < 8; step++) {
      if (current === ids?.name) {
        type ??= ids.dataType
        return type === DATA_TYPE.int32 || type === DATA_TYPE.int64 ? type : undefined
      }
      const node = producer.get(current)
      if (node === undefined || !['Cast', 'Reshape', 'Identity'].includes(node.opType)) return
      if (node.opType === 'Cast') type ??= attributeOf(node, 'to', model.file)?.int
      current = node.inputs[0] ?? ''
    }
    return undefined
  }
}
