import { fileURLToPath } from 'node:url'
import { ReverieError } from '@reverie/core'
import { CPU, type Device, deviceName } from '../device.ts'
import { createOnnxRuntimeBackend } from '../onnx-runtime.ts'

/** Convolution, SiLU, attention: the operators of a diffusion model, in 2.5 KB. The same path from sources and from dist. */
const GRAPH = fileURLToPath(new URL('../../../assets/probe.onnx', import.meta.url))

/** Side of the sample, pixels. Attention over 48 x 48 takes a CPU core some 20 ms: enough to tell it from a GPU. */
const SIDE = 48
const CHANNELS = { in: 4, out: 8 }
const RUNS = 5
/** Providers compute in other orders, and some in TF32. */
const TOLERANCE = 5e-2

/**
 * Runs a small real graph on the device, all of it, and compares the result with the CPU's.
 * @returns milliseconds of the fastest run
 * @throws ReverieError `device_unavailable`, `bad_output` when the device computes something else
 */
export async function runProbeGraph(device: Device): Promise<number> {
  const probed = await compute(device)
  const reference = device.provider === 'cpu' ? probed : await compute(CPU)
  const worst = probed.result.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - (reference.result[i] ?? Number.NaN))),
    0,
  )
  if (worst <= TOLERANCE && probed.result.every(Number.isFinite)) return probed.ms
  throw new ReverieError(
    'bad_output',
    `${deviceName(device)} computes wrong values: they are up to ${worst} off what the CPU gives; update its driver`,
  )
}

async function compute(device: Device): Promise<{ result: Float32Array; ms: number }> {
  const backend = await createOnnxRuntimeBackend({ device })
  const session = await backend.open(GRAPH, { isStrict: true })
  const sample = Float32Array.from({ length: CHANNELS.in * SIDE ** 2 }, (_, i) => Math.sin(i))
  const result = new Float32Array(CHANNELS.out * SIDE ** 2)
  let ms = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now()
    await session.run(
      { sample: { data: sample, dims: [1, CHANNELS.in, SIDE, SIDE] } },
      { out: { data: result, dims: [1, SIDE ** 2, CHANNELS.out] } },
    )
    ms = Math.min(ms, performance.now() - start)
  }
  await session.release()
  return { result, ms }
}
