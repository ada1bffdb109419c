import { findTensor, requireOnlyInputs, requireType } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'

export interface TextEncoder {
  /** Values per token. */
  readonly width: number
  /** Embeds one window of token ids: [ids.length, width], a new array. */
  encode(ids: readonly number[]): Promise<Float32Array>
}

/** @throws ReverieError `model_invalid` when the graph is not a CLIP text encoder */
export function createTextEncoder(session: OrtSession, width: number): TextEncoder {
  const part = 'text_encoder'
  const input = findTensor(part, 'input', session, ['input_ids'])
  const output = findTensor(part, 'output', session, ['last_hidden_state'])
  const idType = requireType(part, input, ['int64', 'int32'])
  requireType(part, output, ['float32'])
  requireOnlyInputs(part, session, [input.name])

  return {
    width,
    async encode(ids) {
      const data =
        idType === 'int64' ? BigInt64Array.from(ids, (id) => BigInt(id)) : Int32Array.from(ids)
      const embedding = new Float32Array(ids.length * width)
      await session.run(
        { [input.name]: { data, dims: [1, ids.length] } },
        { [output.name]: { data: embedding, dims: [1, ids.length, width] } },
      )
      return embedding
    },
  }
}
