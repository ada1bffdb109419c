import type { InstalledModel } from '@reverie/core'
import { demoJob } from './demo-job.ts'
import type { Figure } from './figure.ts'
import { measureMemory, megabytes } from './measure-memory.ts'

const TABLE = 'Memory: most that a process of its own held (resident set)'

export async function demoMemory(model: InstalledModel): Promise<Figure[]> {
  const spec = demoJob(model)
  const { loadPeak, loadMs, drawings } = await measureMemory({
    folder: model.folder,
    spec,
    tiles: [null],
  })
  return [
    megabytes(TABLE, 'loading the demo model', loadPeak),
    ...drawings.map(({ peak }) => megabytes(TABLE, 'drawing with it at 128 x 128', peak)),
    { name: 'loading the demo model', value: loadMs, unit: 'ms', table: TABLE },
  ]
}
