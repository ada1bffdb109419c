import { compare } from './compare.ts'
import { demoJob, openDemoModel } from './demo-job.ts'
import { demoMemory } from './demo-memory.ts'
import { demoRenders } from './demo-renders.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { fullSize } from './full-size.ts'
import { samplerCosts } from './sampler-costs.ts'
import { throughput } from './throughput.ts'

/** About three minutes on two cores; what `isFull` adds takes about ten. */
export async function bench(options: BenchOptions): Promise<Figure[]> {
  const { isFull, progress, note } = options
  const model = await openDemoModel()
  const figures: Figure[] = []
  progress('renders of the demo model')
  figures.push(...(await demoRenders(model)))
  progress('the demo model in turns with Python')
  figures.push(
    ...(await compare(
      {
        table: 'Demo model, 20 steps of Euler at 128 x 128',
        model,
        spec: demoJob(model, { sampler: 'euler', schedule: 'normal' }),
        renders: 9,
      },
      options,
    )),
  )
  figures.push(...(await samplerCosts(model, options)))
  progress('parts of our own, and memory')
  figures.push(...(await throughput(model)), ...(await demoMemory(model)))
  if (isFull) figures.push(...(await fullSize(options)))
  else note('With --full also a Stable Diffusion 1.5 of full size: minutes, 4.1 GB on disk.')
  return figures
}
