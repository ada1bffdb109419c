import type { ImageEngine, InstalledModel } from '@reverie/core'
import {
  createInProcessEngine,
  createOnnxRuntimeBackend,
  type GuidanceMode,
} from '../src/in-process.ts'
import { createChildEngine } from '../src/index.ts'
import { demoJob } from './demo-job.ts'
import type { Figure } from './figure.ts'
import { withInstantGraphs } from './instant-graphs.ts'
import { median, medianTime, timed } from './measure.ts'
import { MAX_OVERHEAD } from './overhead.ts'

const RENDERS = 9
const TABLE = 'Demo model, 20 steps of DPM++ 2M Karras at 128 x 128'

/** Medians of warm renders. */
async function timeRenders(engine: ImageEngine, model: InstalledModel) {
  const walls: number[] = []
  const ratios: number[] = []
  for (let i = 0; i <= RENDERS; i++) {
    let inference = 0
    const wall = await timed(async () => {
      const { timing } = await engine.render(model, demoJob(model, { seed: String(i) }))
      inference = timing.inference
    })
    // The first one loads the model.
    if (i === 0) continue
    walls.push(wall)
    ratios.push(wall / inference)
  }
  await engine.close()
  return { wall: median(walls), ratio: median(ratios) }
}

const OWN_RENDERS = 60

/** Milliseconds of a warm render whose graphs take no time. */
async function ownTime(model: InstalledModel): Promise<number> {
  const backend = withInstantGraphs(await createOnnxRuntimeBackend())
  const engine = createInProcessEngine({ backend }, { guidance: 'batched' })
  const own = await medianTime(() => engine.render(model, demoJob(model)), OWN_RENDERS)
  await engine.close()
  return own
}

/** Whole renders in this process and in a child, and what of them is not the runtime's own. */
export async function demoRenders(model: InstalledModel): Promise<Figure[]> {
  const backend = await createOnnxRuntimeBackend()
  const inProcess = (guidance: GuidanceMode) =>
    timeRenders(createInProcessEngine({ backend }, { guidance }), model)
  const batched = await inProcess('batched')
  const split = await inProcess('split')
  const child = await timeRenders(await createChildEngine(), model)
  const render = (name: string, value: number): Figure => ({
    name: `render ${name}`,
    value,
    unit: 'ms',
    table: TABLE,
  })
  const overhead = (name: string, value: number): Figure => ({
    name: `wall over model calls, ${name}`,
    value,
    unit: '',
    target: MAX_OVERHEAD,
    table: TABLE,
  })
  return [
    render('in process, CFG as one call', batched.wall),
    render('in process, CFG as two calls', split.wall),
    render('in a child process', child.wall),
    render('of which is ours: graphs that take no time', await ownTime(model)),
    overhead('in process, CFG as one call', batched.ratio),
    overhead('in process, CFG as two calls', split.ratio),
    overhead('child process', child.ratio),
  ]
}
