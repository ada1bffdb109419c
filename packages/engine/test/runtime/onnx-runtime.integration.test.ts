import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromFloat16Bits, toFloat16Bits } from '../../src/runtime/float16.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtBackend } from '../../src/runtime/ort-backend.ts'

const GRAPH = fileURLToPath(new URL('../models/element-types.onnx', import.meta.url))

let backend: OrtBackend
beforeAll(async () => {
  backend = await createOnnxRuntimeBackend({ threads: 1 })
})

describe('element types', () => {
  it('says what a graph takes and gives', async () => {
    const session = await backend.open(GRAPH)
    expect(session.inputs).toEqual([{ name: 'half', type: 'float16', shape: ['n'] }])
    expect(session.outputs.map(({ name, type }) => [name, type])).toEqual([
      ['half_out', 'float16'],
      ['flag', 'bool'],
      ['byte', 'uint8'],
    ])
    await session.release()
  })

  it('takes float16 bits and writes float16, bool and uint8 into the arrays given', async () => {
    const session = await backend.open(GRAPH)
    const half = { data: toFloat16Bits(Float32Array.of(0.5, -3, 65_504)), dims: [3] }
    const wanted = {
      half_out: { data: new Uint16Array(3), dims: [3] },
      flag: { data: new Uint8Array(3), dims: [3] },
      byte: { data: new Uint8Array(3), dims: [3] },
    }
    for (let run = 0; run < 3; run++) await session.run({ half }, wanted)
    expect(fromFloat16Bits(wanted.half_out.data)).toEqual(Float32Array.of(1.5, -2, 65_504))
    expect([...wanted.flag.data]).toEqual([1, 0, 1])
    expect([...wanted.byte.data]).toEqual([1, 0, 1])
    await session.release()
  })

  it('takes a part of a larger array', async () => {
    const session = await backend.open(GRAPH)
    const all = toFloat16Bits(Float32Array.of(9, 1, 2, 9))
    const out = new Uint16Array(4)
    await session.run(
      { half: { data: all.subarray(1, 3), dims: [2] } },
      { half_out: { data: out.subarray(2, 4), dims: [2] } },
    )
    expect(fromFloat16Bits(out)).toEqual(Float32Array.of(0, 0, 2, 3))
    await session.release()
  })

  it('refuses another type than the graph takes, in the runtime’s words', async () => {
    const session = await backend.open(GRAPH)
    const run = session.run(
      { half: { data: Float32Array.of(1), dims: [1] } },
      { half_out: { data: new Uint16Array(1), dims: [1] } },
    )
    await expect(run).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringMatching(/float16/),
    })
    await session.release()
  })
})

describe('a provider that is not here', () => {
  it('is said to be unavailable, never replaced by the CPU', async () => {
    // No machine has both: CoreML is Apple's, DirectML Windows'.
    for (const provider of ['coreml', 'dml'] as const) {
      await expect(backend.open(GRAPH, { provider })).rejects.toMatchObject({
        code: 'device_unavailable',
      })
    }
  })

  it('can be the CPU for one session of a backend for another device', async () => {
    const other = await createOnnxRuntimeBackend({ device: { provider: 'coreml', index: 0 } })
    await expect(other.open(GRAPH)).rejects.toMatchObject({ code: 'device_unavailable' })
    const session = await other.open(GRAPH, { provider: 'cpu' })
    expect(session.inputs).toHaveLength(1)
    await session.release()
  })
})
