import { openDemoModel } from './demo-job.ts'
import { demoRenders } from './demo-renders.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { samplerCosts } from './sampler-costs.ts'
import { throughput } from './throughput.ts'

export async function bench(options: BenchOptions): Promise<Figure[]> {
  const model = await openDemoModel()
  options.progress('renders of the demo model')
  const renders = await demoRenders(model)
  const samplers = await samplerCosts(model, options)
  options.progress('parts of our own')
  const parts = await throughput(model)
  return [...renders, ...samplers, ...parts]
}
