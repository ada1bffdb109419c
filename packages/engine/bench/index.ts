import type { ImageEngine, JobSpec } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { openModelFolder } from '@reverie/models'
import { buildJobSpec } from '@reverie/testkit'
import {
  createInProcessEngine,
  createOnnxRuntimeBackend,
  type GuidanceMode,
  readTokenizer,
} from '../src/in-process.ts'
import { createChildEngine, createTorchGenerator } from '../src/index.ts'

const RENDERS = 7
/** Ours over the sum of the runtime's own calls: what a volunteer's device waits for us. */
const MAX_OVERHEAD = 1.02
/** Values of the latents of a 1024 x 1024 picture. */
const NOISE_VALUES = 65_536
const PROMPT = 'red apple, 3d style, blue background'

const model = await openModelFolder(demoModelFolder)
const spec: JobSpec = buildJobSpec({
  model: model.cid,
  prompt: PROMPT,
  sampler: 'dpmpp_2m',
  schedule: 'karras',
  steps: 20,
  cfgScale: 4,
  seed: '1',
})

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Medians of warm renders, 20 steps of DPM++ 2M Karras at 128 x 128, CFG 4. */
async function timeRenders(engine: ImageEngine) {
  await engine.render(model, spec)
  const walls: number[] = []
  const ratios: number[] = []
  for (let i = 0; i < RENDERS; i++) {
    const start = performance.now()
    const { timing } = await engine.render(model, { ...spec, seed: String(i) })
    const wall = performance.now() - start
    walls.push(wall)
    ratios.push(wall / timing.inference)
  }
  await engine.close()
  return { wall: median(walls), ratio: median(ratios) }
}

/** Calls of `work` per second, over about half a second. */
function rate(work: () => void): number {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < 500) {
    work()
    calls++
  }
  return (calls * 1000) / (performance.now() - start)
}

export async function bench() {
  const backend = await createOnnxRuntimeBackend()
  const inProcess = (guidance: GuidanceMode) =>
    timeRenders(createInProcessEngine({ backend }, { guidance }))
  const batched = await inProcess('batched')
  const split = await inProcess('split')
  const child = await timeRenders(await createChildEngine())
  const tokenizer = await readTokenizer(demoModelFolder)
  const generator = createTorchGenerator('1')
  return [
    { name: 'render in process, CFG as one call', value: batched.wall, unit: 'ms' },
    { name: 'render in process, CFG as two calls', value: split.wall, unit: 'ms' },
    { name: 'render in a child process', value: child.wall, unit: 'ms' },
    {
      name: 'wall over model calls, in process',
      value: batched.ratio,
      unit: '',
      target: MAX_OVERHEAD,
    },
    {
      name: 'wall over model calls, child process',
      value: child.ratio,
      unit: '',
      target: MAX_OVERHEAD,
    },
    { name: 'prompts tokenised', value: rate(() => tokenizer.encodeWindow(PROMPT)), unit: '/s' },
    {
      name: 'noise',
      value: (rate(() => generator.randn(NOISE_VALUES)) * NOISE_VALUES) / 1e6,
      unit: 'million values/s',
    },
  ]
}
