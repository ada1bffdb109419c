import { expect, it } from 'vitest'
import { createControlNet } from '../../src/pipeline/control-net.ts'
import { tensorSpec } from '../fixtures/scripted-backend.ts'
import { recordingSession, row, unetInputs } from '../fixtures/unet-graphs.ts'

const PART = 'controlnet/model.onnx'
const SIZE = { width: 3, height: 2 }
const config = { block_out_channels: [3, 5], layers_per_block: 1 }
const outputs = ['mid_block_res_sample', ...[3, 0, 2, 1].map((i) => `down_block_res_sample_${i}`)]
const outputSpecs = outputs.map((name) => tensorSpec(name, ['batch', 'c', 'h', 'w']))
const picture = tensorSpec('controlnet_cond', ['batch', 3, 'height', 'width'])
const image = new Float32Array(3 * 16 * 24).fill(0.5)
const call = {
  sample: new Float32Array(24),
  size: SIZE,
  timestep: 1,
  rows: [row(1), row(2)],
  image,
}

it('gives residuals in the order of the UNet’s inputs, the middle block last', async () => {
  const { session, calls } = recordingSession(unetInputs(picture), outputSpecs, (_, wanted) => {
    outputs.forEach((name, i) => {
      wanted[name]?.data.fill(i as never)
    })
  })
  const residuals = await createControlNet(PART, session, config).residuals(call)
  expect(residuals.map((values) => [values.length, values[0]])).toEqual([
    [2 * 3 * 6, 2],
    [2 * 3 * 6, 4],
    [2 * 3 * 2, 3],
    [2 * 5 * 2, 1],
    [2 * 5 * 2, 0],
  ])
  expect(calls[0]?.controlnet_cond?.dims).toEqual([2, 3, 16, 24])
})

it('holds the graph’s own scale at 1: how much a net counts is decided outside', async () => {
  const scale = tensorSpec('conditioning_scale', [1])
  const { session, calls } = recordingSession(unetInputs(picture, scale), outputSpecs)
  await createControlNet(PART, session, config).residuals(call)
  expect(calls[0]?.conditioning_scale).toEqual({ data: Float32Array.of(1), dims: [1] })
})

it.each([
  ['a UNet', unetInputs(picture), [tensorSpec('out_sample', [1, 4, 8, 8])], 'it is no ControlNet'],
  ['inputs it does not know', unetInputs(picture, tensorSpec('hint', [1])), outputSpecs, 'hint'],
  ['no picture', unetInputs(), outputSpecs, 'controlnet_cond'],
] as const)('refuses a graph with %s', (_, inputs, specs, message) => {
  const { session } = recordingSession(inputs, specs)
  expect(() => createControlNet(PART, session, config)).toThrow(
    expect.objectContaining({ code: 'model_invalid', message: expect.stringContaining(message) }),
  )
})
