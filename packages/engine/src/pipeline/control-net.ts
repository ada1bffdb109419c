import { ReverieError } from '@reverie/core'
import { toFloat16Bits } from '../runtime/float16.ts'
import { findTensor, requireDims, requireOnlyInputs, requireType } from '../runtime/graph-shape.ts'
import type { OrtSession, Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import { createConditionInputs } from './condition-inputs.ts'
import { createFloatInput, createFloatOutput } from './float-tensors.ts'
import { LATENT_CHANNELS, latentLength, PIXELS_PER_LATENT } from './geometry.ts'
import type { ControlNet } from './pipeline.ts'
import { type BlockConfig, findResiduals, residualDims, residualShapes } from './residual-shapes.ts'

/**
 * Zhang et al., "Adding Conditional Control to Text-to-Image Diffusion Models", 2023. Its own `conditioning_scale`, where
 * the graph has one, is held at 1: how much a net counts is decided where nets are summed.
 * @throws ReverieError `model_invalid` when the graph is not a ControlNet
 */
export function createControlNet(
  part: string,
  session: OrtSession,
  config: BlockConfig,
): ControlNet {
  const sample = createFloatInput(part, findTensor(part, 'input', session, ['sample']))
  const picture = createFloatInput(
    part,
    findTensor(part, 'input', session, ['controlnet_cond', 'image']),
  )
  const conditions = createConditionInputs(part, session)
  const scale = session.inputs.find(({ name }) => name === 'conditioning_scale')
  const scaleTensor = scale && oneTensor(part, scale)
  const shapes = residualShapes(config)
  const outputs = findResiduals(part, session.outputs, shapes).map((spec) =>
    createFloatOutput(part, spec),
  )
  if (outputs.length === 0) {
    throw new ReverieError(
      'model_invalid',
      `${part} has no outputs down_block_…; it is no ControlNet. Its outputs are ${session.outputs.map(({ name }) => name).join(', ')}`,
      { file: part },
    )
  }
  requireOnlyInputs(part, session, [
    sample.spec.name,
    picture.spec.name,
    ...conditions.names,
    ...(scale ? [scale.name] : []),
  ])

  return {
    async residuals(call) {
      const { size, rows, image } = call
      const dims = [rows.length, LATENT_CHANNELS, size.height, size.width]
      requireDims(part, sample.spec, dims)
      const pixels = [size.height * PIXELS_PER_LATENT, size.width * PIXELS_PER_LATENT] as const
      const pictureDims = [rows.length, 3, ...pixels]
      requireDims(part, picture.spec, pictureDims)
      const samples = sample.values(rows.length * latentLength(size))
      const pictures = picture.values(rows.length * image.length)
      rows.forEach((_, row) => {
        samples.set(call.sample, row * call.sample.length)
        pictures.set(image, row * image.length)
      })
      const targets = outputs.map((output, i) => {
        const shape = shapes[i] ?? { channels: 0, halvings: 0 }
        return [output.spec.name, output.target(residualDims(shape, size, rows.length))] as const
      })
      await session.run(
        {
          [sample.spec.name]: sample.tensor(dims),
          [picture.spec.name]: picture.tensor(pictureDims),
          ...conditions.tensors(call),
          ...(scale && scaleTensor ? { [scale.name]: scaleTensor } : {}),
        },
        Object.fromEntries(targets),
      )
      return outputs.map((output) => output.values())
    },
  }
}

/** The number 1 as the graph wants it: a scalar or one value. */
function oneTensor(part: string, spec: TensorSpec): Tensor {
  const type = requireType(part, spec, ['float32', 'float16'])
  const one = Float32Array.of(1)
  return {
    data: type === 'float16' ? toFloat16Bits(one) : one,
    dims: spec.shape.map(() => 1),
  }
}
