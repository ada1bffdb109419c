import { ReverieError } from '@reverie/core'
import { findTensor, requireDims, requireOnlyInputs, requireType } from '../runtime/graph-shape.ts'
import type { OrtSession, Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import { LATENT_CHANNELS, type LatentSize, latentLength } from './geometry.ts'
import { createReusableBuffer } from './reusable-buffer.ts'

export interface UnetCall {
  /** Scaled latents of one image; every row gets them. */
  readonly sample: Float32Array
  readonly size: LatentSize
  /** May be fractional; a graph that takes whole timesteps gets the nearest. */
  readonly timestep: number
  /** Text embeddings of equal shape, one per row. */
  readonly texts: readonly Float32Array[]
}

export interface Unet {
  /** The model's prediction, one [4, height, width] per text. Views of a buffer that the next call overwrites. */
  predict(call: UnetCall): Promise<Float32Array[]>
}

/**
 * @param textWidth values per token of the text embeddings
 * @throws ReverieError `model_invalid` when the graph is not a UNet of the family sd1
 */
export function createUnet(session: OrtSession, textWidth: number): Unet {
  const part = 'unet'
  const sample = findTensor(part, 'input', session, ['sample'])
  const timestep = findTensor(part, 'input', session, ['timestep'])
  const text = findTensor(part, 'input', session, ['encoder_hidden_states'])
  const output = findTensor(part, 'output', session, ['out_sample', 'sample'])
  for (const spec of [sample, text, output]) requireType(part, spec, ['float32'])
  requireOnlyInputs(part, session, [sample.name, timestep.name, text.name])
  const timestepTensor = timestepMaker(part, timestep)
  const sampleBuffer = createReusableBuffer()
  const textBuffer = createReusableBuffer()
  const outputBuffer = createReusableBuffer()

  return {
    async predict({ sample: latents, size, timestep: t, texts }) {
      const rows = texts.length
      const [first] = texts
      if (first === undefined) {
        throw new ReverieError('internal', 'a UNet call needs at least one text')
      }
      const length = latentLength(size)
      const dims = [rows, LATENT_CHANNELS, size.height, size.width]
      requireDims(part, sample, dims)
      const samples = sampleBuffer(rows * length)
      const embeddings = textBuffer(rows * first.length)
      texts.forEach((embedding, row) => {
        samples.set(latents, row * length)
        embeddings.set(embedding, row * first.length)
      })
      const predictions = outputBuffer(rows * length)
      await session.run(
        {
          [sample.name]: { data: samples, dims },
          [timestep.name]: timestepTensor(t, rows),
          [text.name]: { data: embeddings, dims: [rows, first.length / textWidth, textWidth] },
        },
        { [output.name]: { data: predictions, dims } },
      )
      return texts.map((_, row) => predictions.subarray(row * length, (row + 1) * length))
    },
  }
}

/** Exports want the timestep as a scalar, as one value or as one per row; as float32 or int64. */
function timestepMaker(part: string, spec: TensorSpec): (t: number, rows: number) => Tensor {
  const type = requireType(part, spec, ['float32', 'int64'])
  const [size] = spec.shape
  const perRow = typeof size === 'string' && /batch/i.test(size)
  return (t, rows) => {
    const count = perRow || size === rows ? rows : 1
    const dims = spec.shape.length === 0 ? [] : [count]
    return type === 'int64'
      ? { data: new BigInt64Array(count).fill(BigInt(Math.round(t))), dims }
      : { data: new Float32Array(count).fill(t), dims }
  }
}
