import { join } from 'node:path'
import { openControlNet } from '../../packages/engine/src/in-process.ts'
import { createTorchGenerator } from '../../packages/engine/src/index.ts'
import { tinyModelFolder } from '../../packages/tiny-models/src/index.ts'
import { largestDifference, type Outcome, relativeL2 } from './outcome.ts'
import { checked, encodePrompt, SEED, type TinyBench } from './tiny-models.ts'
import type { CompanionCase } from './tiny-models-file.ts'

/** Values from 0 or -1 to 1; a preview's are rounded to bytes. */
const TOLERANCE = { picture: 1e-4, preview: 1 / 255, residuals: 1e-4 } as const

/** Models that see pictures, the decoder of previews, and the residuals of a ControlNet. */
export async function checkTinyCompanions(bench: TinyBench): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const golden of bench.golden.companions) {
    outcomes.push(
      golden.model === 'sd15-taesd'
        ? await checkPreview(bench, golden)
        : await checkPicture(bench, golden),
    )
  }
  return [...outcomes, ...(await checkResiduals(bench))]
}

async function checkPreview(
  { arrays, pipeline }: TinyBench,
  { model, input, output }: CompanionCase,
): Promise<Outcome> {
  const [, height = 0, width = 0] = input.shape
  const planes = arrays.floats(output).map((value) => Math.min(1, Math.max(0, value)))
  const area = planes.length / 3
  const { preview } = await pipeline(model)
  const { rgb } = await preview(arrays.floats(input), { width, height })
  const ours = planes.map((_, i) => (rgb[(i % area) * 3 + Math.floor(i / area)] ?? 0) / 255)
  return checked('preview', model, largestDifference(ours, planes), TOLERANCE.preview)
}

async function checkPicture(
  { arrays, backend }: TinyBench,
  { model, input, output }: CompanionCase,
): Promise<Outcome> {
  const session = await backend.open(join(tinyModelFolder(model), 'model.onnx'))
  try {
    const data = new Float32Array(arrays.floats(output).length)
    await session.run(
      { input: { data: arrays.floats(input), dims: [1, ...input.shape] } },
      { output: { data, dims: [1, ...output.shape] } },
    )
    const error = largestDifference(data, arrays.floats(output))
    return checked('picture', model, error, TOLERANCE.picture)
  } finally {
    await session.release()
  }
}

async function checkResiduals(bench: TinyBench): Promise<Outcome[]> {
  const { arrays, backend, golden, pipeline } = bench
  const network = golden.networks.find(({ model }) => model === 'sd15-control')
  if (network?.residuals === undefined) return []
  const [height = 0, width = 0] = golden.picture.shape
  const size = { width: width / 8, height: height / 8 }
  const rgb = arrays.bytes(golden.picture)
  const row = await encodePrompt(await pipeline('sd15-control'), network.prompt)
  const net = await openControlNet({ backend }, tinyModelFolder('control'))
  try {
    const residuals = await net.residuals({
      sample: createTorchGenerator(SEED).randn(4 * size.width * size.height),
      size,
      timestep: network.timestep,
      rows: [row],
      image: Float32Array.from(
        rgb,
        (_, i) => (rgb[(i % (width * height)) * 3 + Math.floor(i / (width * height))] ?? 0) / 255,
      ),
    })
    return network.residuals.map((place, i) =>
      checked(
        'residuals',
        `control, output ${i} of ${residuals.length}`,
        relativeL2(residuals[i] ?? [], arrays.floats(place)),
        TOLERANCE.residuals,
      ),
    )
  } finally {
    await net.close()
  }
}
