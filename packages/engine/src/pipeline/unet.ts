import { ReverieError } from '@reverie/core'
import { findTensor, requireDims, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession, Tensor, TensorSpec } from '../runtime/ort-backend.ts'
import { type ConditionInputs, createConditionInputs } from './condition-inputs.ts'
import { createFloatInput, createFloatOutput, type FloatInput } from './float-tensors.ts'
import { LATENT_CHANNELS, type LatentSize, latentLength, PIXELS_PER_LATENT } from './geometry.ts'
import { writeGuidanceEmbedding } from './guidance-embedding.ts'
import type { UnetConfig } from './model-configs.ts'
import type { Unet, UnetCall } from './pipeline.ts'
import { createResidualInputs, type ResidualInputs } from './residual-inputs.ts'
import { findResiduals, residualShapes } from './residual-shapes.ts'
import { createReusableBuffer } from './reusable-buffer.ts'

/** Inpainting UNets see the mask and the masked picture's latents beside their own. */
const INPAINT_CHANNELS = 5

/** A UNet, and what its graph says of itself. */
export interface OpenUnet extends Unet {
  /** Values per token that it takes; undefined where the graph does not say. */
  readonly textWidth: number | undefined
  /** Tokens that it takes; undefined where any number will do. */
  readonly maxTokens: number | undefined
  /** @throws ReverieError `unsupported_by_model` when the graph was exported for another size */
  requireSize(size: LatentSize): void
}

/** @throws ReverieError `model_invalid` when the graph is not one of a family that the engine knows */
export function createUnet(part: string, session: OrtSession, config: UnetConfig): OpenUnet {
  const find = (name: string) => session.inputs.find((input) => input.name === name)
  const sample = createFloatInput(part, findTensor(part, 'input', session, ['sample']))
  const [fixedRows, graphChannels] = sample.spec.shape
  const extraChannels = extraChannelsOf(
    part,
    typeof graphChannels === 'number' ? graphChannels : config.in_channels,
  )
  const conditions = createConditionInputs(part, session)
  const scaleSpec = find('timestep_cond')
  const scale = scaleSpec && createFloatInput(part, scaleSpec)
  const shapes = residualShapes(config)
  const residuals = createResidualInputs(part, findResiduals(part, session.inputs, shapes), shapes)
  const output = createFloatOutput(
    part,
    findTensor(part, 'output', session, ['out_sample', 'sample', 'noise_pred']),
  )
  requireOnlyInputs(part, session, [
    sample.spec.name,
    ...conditions.names,
    ...residuals.names,
    ...(scale ? [scale.spec.name] : []),
  ])
  const inputs = { sample, conditions, residuals, scale, extraChannels }
  const gathered = createReusableBuffer()

  const run = async (call: UnetCall): Promise<Float32Array> => {
    const { height, width } = call.size
    const target = output.target([call.rows.length, LATENT_CHANNELS, height, width])
    await session.run(tensorsOf(part, inputs, call), { [output.spec.name]: target })
    return output.values()
  }

  return {
    extraChannels,
    isDistilled: scale !== undefined,
    takesResiduals: residuals.names.length > 0,
    textWidth: conditions.textWidth,
    maxTokens: conditions.maxTokens,
    requireSize: (size) => requireSize(part, sample.spec, size),
    async predict(call) {
      const length = latentLength(call.size)
      const rows = call.rows.length
      const rowsOf = (values: Float32Array) =>
        call.rows.map((_, row) => values.subarray(row * length, (row + 1) * length))
      if (typeof fixedRows !== 'number' || fixedRows === rows) return rowsOf(await run(call))
      // A graph of a fixed number of rows is called as often as it takes; its last call repeats the last row.
      const predictions = gathered(rows * length)
      for (let first = 0; first < rows; first += fixedRows) {
        const values = await run(rowsFrom(call, first, fixedRows))
        const taken = Math.min(fixedRows, rows - first) * length
        predictions.set(values.subarray(0, taken), first * length)
      }
      return rowsOf(predictions)
    },
  }
}

function requireSize(part: string, { shape }: TensorSpec, size: LatentSize): void {
  const [, , height = -1, width = -1] = shape
  const fits = (stated: number | string, asked: number) =>
    typeof stated === 'string' || stated < 0 || stated === asked
  if (fits(height, size.height) && fits(width, size.width)) return
  const pixels = (side: number | string) =>
    typeof side === 'number' && side > 0 ? `${side * PIXELS_PER_LATENT}` : 'any'
  const accepted = `${pixels(width)} x ${pixels(height)}`
  throw new ReverieError(
    'unsupported_by_model',
    `${part} was exported for pictures of ${accepted} pixels, not ${pixels(size.width)} x ${pixels(size.height)}; ask for that size`,
    { field: 'width', file: part, accepted },
  )
}

interface UnetInputs {
  readonly sample: FloatInput
  readonly conditions: ConditionInputs
  readonly residuals: ResidualInputs
  readonly scale: FloatInput | undefined
  readonly extraChannels: 0 | 5
}

function tensorsOf(
  part: string,
  { sample, conditions, residuals, scale, extraChannels }: UnetInputs,
  call: UnetCall,
): Record<string, Tensor> {
  const { size, extra, cfgScale = 1 } = call
  const rows = call.rows.length
  const dims = [rows, LATENT_CHANNELS + extraChannels, size.height, size.width]
  requireDims(part, sample.spec, dims)
  const length = latentLength(size)
  const rowLength = (dims[1] ?? 0) * size.height * size.width
  if (call.sample.length !== length || (extra?.length ?? 0) !== rowLength - length) {
    const given = `${call.sample.length} and ${extra?.length ?? 0} values`
    throw new ReverieError(
      'internal',
      `${part} takes ${length} latents and ${rowLength - length} further values; it was given ${given}`,
    )
  }
  const samples = sample.values(rows * rowLength)
  for (let row = 0; row < rows; row++) {
    samples.set(call.sample, row * rowLength)
    if (extra !== undefined) samples.set(extra, row * rowLength + length)
  }
  const tensors = {
    [sample.spec.name]: sample.tensor(dims),
    ...conditions.tensors(call),
    ...residuals.tensors(call),
  }
  return scale === undefined
    ? tensors
    : { ...tensors, [scale.spec.name]: scaleTensor(scale, cfgScale, rows) }
}

/** Width of LCM's embedding where the graph leaves it open. */
const SCALE_WIDTH = 256

function scaleTensor(input: FloatInput, cfgScale: number, rows: number): Tensor {
  const stated = input.spec.shape[1]
  const width = typeof stated === 'number' ? stated : SCALE_WIDTH
  const values = input.values(rows * width)
  for (let row = 0; row < rows; row++) {
    writeGuidanceEmbedding(cfgScale, values.subarray(row * width, (row + 1) * width))
  }
  return input.tensor([rows, width])
}

/** `count` rows of a call from row `first` on, the last one repeated where there are fewer. */
function rowsFrom(call: UnetCall, first: number, count: number): UnetCall {
  const places = Array.from({ length: count }, (_, i) => Math.min(first + i, call.rows.length - 1))
  const pick = <T>(from: readonly T[]): T[] => places.map((place) => from[place] as T)
  const { aestheticScores, residuals } = call
  return {
    ...call,
    rows: pick(call.rows),
    aestheticScores: aestheticScores && pick(aestheticScores),
    residuals: residuals?.map((values) => {
      const length = values.length / call.rows.length
      const picked = new Float32Array(count * length)
      places.forEach((place, i) => {
        picked.set(values.subarray(place * length, (place + 1) * length), i * length)
      })
      return picked
    }),
  }
}

function extraChannelsOf(part: string, channels: number): 0 | 5 {
  if (channels === LATENT_CHANNELS) return 0
  if (channels === LATENT_CHANNELS + INPAINT_CHANNELS) return INPAINT_CHANNELS
  throw new ReverieError(
    'model_invalid',
    `${part} takes ${channels} channels; accepted: 4, or 9 for an inpainting model`,
    { file: part },
  )
}
