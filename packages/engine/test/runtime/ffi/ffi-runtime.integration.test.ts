import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ReverieError } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { describeImageEngineContract } from '@reverie/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { createInProcessEngine } from '../../../src/host/in-process.ts'
import { createFfiBackend } from '../../../src/runtime/ffi/ffi-runtime.ts'
import { fromFloat16Bits, toFloat16Bits } from '../../../src/runtime/float16.ts'
import { createOnnxRuntimeBackend } from '../../../src/runtime/onnx-runtime.ts'
import type { OrtBackend } from '../../../src/runtime/ort-backend.ts'
import { demoModel, demoSpec } from '../../fixtures/demo-model.ts'

const TYPES = fileURLToPath(new URL('../../models/element-types.onnx', import.meta.url))
const UNET = `${demoModelFolder}/unet/model.onnx`

let ffi: OrtBackend
let node: OrtBackend
beforeAll(async () => {
  ffi = await createFfiBackend({ threads: 1 })
  node = await createOnnxRuntimeBackend({ threads: 1 })
})

describeImageEngineContract('an engine on the C API', async () => ({
  engine: createInProcessEngine({ backend: ffi }),
  model: await demoModel(),
}))

/** A UNet call of `side` latents. */
const unetCall = (side: number, textWidth: number) => {
  const dims = [1, 4, side, side]
  const length = 4 * side * side
  const sample = Float32Array.from({ length }, (_, i) => Math.sin(i))
  const text = new Float32Array(77 * textWidth).fill(0.1)
  return {
    inputs: {
      sample: { data: sample, dims },
      timestep: { data: Float32Array.of(500), dims: [] },
      encoder_hidden_states: { data: text, dims: [1, 77, textWidth] },
    },
    output: { data: new Float32Array(length), dims },
  }
}

const openUnet = async (backend: OrtBackend) => {
  const session = await backend.open(UNET)
  const width = Number(session.inputs.find(({ name }) => name.includes('hidden'))?.shape.at(-1))
  return { session, width }
}

describe('the C API of the library that onnxruntime-node ships', () => {
  it('says the same of every graph, as the same runtime', async () => {
    expect(ffi.runtime).toBe(node.runtime)
    for (const file of [TYPES, UNET]) {
      const [theirs, ours] = [await node.open(file), await ffi.open(file)]
      expect(ours.inputs).toEqual(theirs.inputs)
      expect(ours.outputs).toEqual(theirs.outputs)
      await Promise.all([theirs.release(), ours.release()])
    }
  })

  it('makes the same bytes and latents', async () => {
    const spec = await demoSpec({ sampler: 'dpmpp_2m', cfgScale: 4 })
    const images = await Promise.all(
      [ffi, node].map(async (backend) => {
        const engine = createInProcessEngine({ backend })
        const image = await engine.render(await demoModel(), spec)
        await engine.close()
        return image
      }),
    )
    expect(images[0]?.file).toEqual(images[1]?.file)
    expect(images[0]?.trajectory).toEqual(images[1]?.trajectory)
    expect(images[0]?.numericClass).toEqual(images[1]?.numericClass)
  })

  it('says what a call does not fit, and runs the next', async () => {
    const session = await ffi.open(TYPES)
    const wanted = { half_out: { data: new Uint16Array(1), dims: [1] } }
    const wrong = session.run({ half: { data: Float32Array.of(1), dims: [1] } }, wanted)
    await expect(wrong).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('float16'),
    })
    await session.run({ half: { data: toFloat16Bits(Float32Array.of(1)), dims: [1] } }, wanted)
    expect(fromFloat16Bits(wanted.half_out.data)).toEqual(Float32Array.of(2))
    await session.release()
  })

  it('refuses a file that is no graph, and another provider than the CPU', async () => {
    await expect(ffi.open(fileURLToPath(import.meta.url))).rejects.toMatchObject({
      code: 'model_invalid',
    })
    await expect(ffi.open(UNET, { provider: 'cuda' })).rejects.toMatchObject({
      code: 'device_unavailable',
    })
  })

  it('refuses calls that overlap and calls after release, in place of crashing', async () => {
    const { session, width } = await openUnet(ffi)
    const { inputs, output } = unetCall(12, width)
    const running = session.run(inputs, { out_sample: output })
    await expect(session.run(inputs, { out_sample: output })).rejects.toBeInstanceOf(ReverieError)
    await expect(session.release()).rejects.toBeInstanceOf(ReverieError)
    await running
    await session.release()
    await session.release()
    await expect(session.run(inputs, { out_sample: output })).rejects.toBeInstanceOf(ReverieError)
  })

  it('leaves the event loop free while a call runs', async () => {
    const { session, width } = await openUnet(ffi)
    const { inputs, output } = unetCall(32, width)
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    await session.run(inputs, { out_sample: output })
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(1)
    await session.release()
  })

  it('ends a call under way when it is interrupted, and runs the next', async () => {
    const { session, width } = await openUnet(ffi)
    const { inputs, output } = unetCall(64, width)
    const start = performance.now()
    const running = session.run(inputs, { out_sample: output })
    const settled = running.then(
      () => 'finished',
      (error: ReverieError) => error.message,
    )
    ffi.interrupt?.()
    expect(await settled).toContain('terminate flag')
    const interruptedMs = performance.now() - start
    const again = performance.now()
    await session.run(inputs, { out_sample: output })
    expect(interruptedMs).toBeLessThan(performance.now() - again)
    expect(output.data.every(Number.isFinite)).toBe(true)
    await session.release()
  })

  it('takes no more memory after a thousand runs, whatever is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const session = await ffi.open(TYPES)
    const LENGTH = 100_000
    const run = async (i: number) => {
      // Fresh arrays each time, small ones too: they must neither move nor stay.
      const half = { data: toFloat16Bits(new Float32Array(LENGTH).fill(i % 100)), dims: [LENGTH] }
      const wanted = { half_out: { data: new Uint16Array(LENGTH), dims: [LENGTH] } }
      const running = session.run({ half }, wanted)
      if (i % 50 === 0) collect()
      await running
      return fromFloat16Bits(wanted.half_out.data.subarray(0, 1))[0]
    }
    for (let i = 0; i < 100; i++) await run(i)
    collect()
    const before = process.memoryUsage.rss()
    for (let i = 0; i < 1_000; i++) expect(await run(i)).toBe((i % 100) + 1)
    collect()
    // A tensor that stayed would be 200 KB a run, 200 MB in all.
    expect(process.memoryUsage.rss() - before).toBeLessThan(40e6)
    await session.release()
  })
})
