import type { InstalledModel, JobSpec } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { openModelFolder } from '@reverie/models'
import { buildJobSpec } from '@reverie/testkit'

export const PROMPT = 'red apple, 3d style, blue background'

export const openDemoModel = (): Promise<InstalledModel> => openModelFolder(demoModelFolder)

/** 20 steps of DPM++ 2M Karras at 128 x 128, CFG 4. */
export const demoJob = ({ cid }: InstalledModel, changes: Partial<JobSpec> = {}): JobSpec =>
  buildJobSpec({
    model: cid,
    prompt: PROMPT,
    sampler: 'dpmpp_2m',
    schedule: 'karras',
    steps: 20,
    cfgScale: 4,
    seed: '1',
    ...changes,
  })
