import type { InstalledModel } from '@reverie/core'
import { createGenerator } from '../src/noise/create-generator.ts'
import { fromFloat16Bits, toFloat16Bits } from '../src/runtime/float16.ts'
import type { Figure } from './figure.ts'
import { guidanceCost } from './guidance-cost.ts'
import { imageCosts } from './image-costs.ts'
import { rate } from './measure.ts'
import { promptRates } from './prompt-rates.ts'

const TABLE = 'Parts of our own'
/** Values of the latents of a 1024 x 1024 picture. */
const VALUES = 65_536

const perSecond = async (name: string, work: () => unknown): Promise<Figure> => ({
  name,
  value: ((await rate(work)) * VALUES) / 1e6,
  unit: 'million values/s',
  table: TABLE,
})

/** How fast the parts of the engine are that are not the runtime's. */
export async function throughput(model: InstalledModel): Promise<Figure[]> {
  const torch = createGenerator('torch-cpu', '1')
  const philox = createGenerator('philox', '1')
  const floats = torch.randn(VALUES)
  const bits = toFloat16Bits(floats)
  const inTable = (figures: readonly Figure[]) => figures.map((each) => ({ ...each, table: TABLE }))
  return [
    ...inTable(await promptRates(model)),
    await perSecond('noise as torch draws it', () => torch.randn(VALUES)),
    await perSecond('noise as NVIDIA GPUs draw it', () => philox.randn(VALUES)),
    await perSecond('float32 to float16', () => toFloat16Bits(floats, bits)),
    await perSecond('float16 to float32', () => fromFloat16Bits(bits, floats)),
    ...inTable(await guidanceCost()),
    ...inTable(await imageCosts(model)),
  ]
}
