import type { InstalledModel, JobSpec } from '@reverie/core'
import { createInProcessEngine, createOnnxRuntimeBackend } from '../src/in-process.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { median, timed } from './measure.ts'
import { MAX_OVERHEAD } from './overhead.ts'
import { findPython, type Reference, type RenderTimes, startReference } from './reference.ts'
import { referenceTask } from './reference-task.ts'

export interface Comparison {
  /** Title of the table. */
  readonly table: string
  readonly model: InstalledModel
  readonly spec: JobSpec
  readonly renders: number
}

interface Turn {
  readonly ours: RenderTimes
  readonly python: RenderTimes | undefined
}

/**
 * Whole renders of ours, from prompts that are not cached to a PNG, in turns with the same graphs driven from Python, which
 * ends at the picture's bytes. Ratios are taken within each turn, and who is first changes: what else the machine does
 * falls on both.
 */
export async function compare(
  { table, model, spec, renders }: Comparison,
  { progress, note }: BenchOptions,
): Promise<Figure[]> {
  const backend = await createOnnxRuntimeBackend()
  const engine = createInProcessEngine({ backend }, { guidance: 'batched' })
  const reference = await openReference(model, spec, note)
  const render = async (i: number): Promise<RenderTimes> => {
    const fresh = { prompt: `${spec.prompt}, ${i}`, negativePrompt: `blurry, ${i}` }
    let runs = 0
    const before = process.cpuUsage()
    const wall = await timed(async () => {
      const { timing } = await engine.render(model, { ...spec, ...fresh, seed: String(i) })
      runs = timing.inference
    })
    const { user, system } = process.cpuUsage(before)
    return { wall, runs, cpu: (user + system) / 1000 }
  }
  const turns: Turn[] = []
  for (let i = 0; i <= renders; i++) {
    progress(i === 0 ? 'a first render, which is not counted' : `render ${i} of ${renders}`)
    const before = i % 2 === 0 ? await reference?.render() : undefined
    const ours = await render(i)
    const python = before ?? (await reference?.render())
    if (i > 0) turns.push({ ours, python })
  }
  await engine.close()
  reference?.close()
  if (reference !== undefined) {
    note(
      `${table}: ours with ${backend.runtime}, Python with ${reference.runtime}; medians of ${renders} renders each, in turns.`,
    )
  }
  return figuresOf(turns).map((figure) => ({ ...figure, table }))
}

const medianOf = <T>(
  turns: readonly T[],
  name: string,
  of: (turn: T) => number,
  unit = '',
): Figure => ({
  name,
  value: median(turns.map(of)),
  unit,
})

function figuresOf(turns: readonly Turn[]): Figure[] {
  const figures = [
    medianOf(turns, 'render, ours, with its PNG', ({ ours }) => ours.wall, 'ms'),
    {
      ...medianOf(turns, 'wall over model calls, ours', ({ ours }) => ours.wall / ours.runs),
      target: MAX_OVERHEAD,
    },
  ]
  const both = turns.flatMap(({ ours, python }) => (python === undefined ? [] : [{ ours, python }]))
  if (both.length === 0) return figures
  return [
    ...figures,
    medianOf(both, 'render, Python, without a file', ({ python }) => python.wall, 'ms'),
    medianOf(both, 'wall over model calls, Python', ({ python }) => python.wall / python.runs),
    medianOf(both, 'wall, ours over Python', ({ ours, python }) => ours.wall / python.wall),
    medianOf(both, 'model calls, ours over Python', ({ ours, python }) => ours.runs / python.runs),
    medianOf(both, 'CPU time, ours over Python', ({ ours, python }) => ours.cpu / python.cpu),
  ]
}

async function openReference(
  model: InstalledModel,
  spec: JobSpec,
  note: (line: string) => void,
): Promise<Reference | undefined> {
  const found = await findPython()
  if ('python' in found) return startReference(found.python, await referenceTask(model, spec))
  note(
    `The same graphs driven from Python: skipped, because ${found.why}. REVERIE_BENCH_PYTHON names an interpreter that has both.`,
  )
  return undefined
}
