import { describeImageEngineContract } from '@reverie/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { createInProcessEngine } from '../../src/host/in-process.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtBackend, Tensor } from '../../src/runtime/ort-backend.ts'
import { demoModel, demoSpec } from '../fixtures/demo-model.ts'
import { createScriptedBackend, sd1Graphs } from '../fixtures/scripted-backend.ts'

let backend: OrtBackend
beforeAll(async () => {
  backend = await createOnnxRuntimeBackend()
})

describeImageEngineContract('the in-process engine', async () => ({
  engine: createInProcessEngine({ backend }),
  model: await demoModel(),
}))

describe('guards', () => {
  const fill = (value: number) => (_: unknown, outputs: Readonly<Record<string, Tensor>>) => {
    for (const { data } of Object.values(outputs)) {
      if (data instanceof Float32Array) data.fill(value)
    }
  }

  it.each([
    ['a UNet that overflows', sd1Graphs({ unet: { run: fill(Number.NaN) } })],
    [
      'a decoder that overflows',
      sd1Graphs({ vae_decoder: { run: fill(Number.POSITIVE_INFINITY) } }),
    ],
    ['a black image', sd1Graphs({ vae_decoder: { run: fill(-1) } })],
  ])('reports %s as bad output and renders the next job', async (_, graphs) => {
    const scripted = createScriptedBackend(graphs)
    const engine = createInProcessEngine({ backend: scripted })
    const render = engine.render(await demoModel(), await demoSpec())
    await expect(render).rejects.toMatchObject({ code: 'bad_output' })
    await expect(engine.render(await demoModel(), await demoSpec())).rejects.toMatchObject({
      code: 'bad_output',
    })
  })

  it('makes a picture of a grey decoder, so that only black is refused', async () => {
    const engine = createInProcessEngine({
      backend: createScriptedBackend(sd1Graphs({ vae_decoder: { run: fill(0) } })),
    })
    const { trajectory } = await engine.render(await demoModel(), await demoSpec())
    expect(trajectory).toHaveLength(4)
  })

  it('gives a native failure of the runtime its own code', async () => {
    const engine = createInProcessEngine({ backend })
    const spec = await demoSpec({ model: (await demoModel()).cid })
    const folder = '/nowhere'
    const render = engine.render({ ...(await demoModel()), folder }, spec)
    await expect(render).rejects.toMatchObject({ code: 'model_file_missing' })
  })
})
