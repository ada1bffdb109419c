/**
 * Compares the engine with reference vectors. Usage: pnpm goldens <folder> [--model <folder>] [--strict] [--table]
 * The folder holds any of randn.json, samplers.json, tokenizer.json, demo-model.json + demo-model.bin,
 * tiny-models.json + tiny-models.bin; see
 * packages/engine/test/golden/README.md for the format.
 * Exits 0 when all pass, 5 when a tolerance is exceeded, 2 when there is nothing to compare or a file cannot be read.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT } from '../packages/core/src/index.ts'
import { demoModelFolder } from '../packages/demo-model/src/index.ts'
import { checkDemoModel } from './goldens/check-demo-model.ts'
import { checkRandn } from './goldens/check-randn.ts'
import { checkSamplers } from './goldens/check-samplers.ts'
import { checkTinyModels } from './goldens/check-tiny-models.ts'
import { checkTokenizer } from './goldens/check-tokenizer.ts'
import { type Checked, type Outcome, verdictOf } from './goldens/outcome.ts'
import { GoldenFileError } from './goldens/read-golden.ts'
import { outcomeLine, summary } from './goldens/report.ts'
import { samplerTable } from './goldens/sampler-table.ts'

const USAGE = `Usage: pnpm goldens <folder> [--model <folder>] [--strict] [--table]

Compares the engine with the reference vectors in <folder> (randn.json, samplers.json, tokenizer.json,
demo-model.json and tiny-models.json with their .bin; any of them). --model is the model that made the tokenizer and
demo-model vectors; the bundled demo model when left out.
Text embeddings, UNet calls and latents may differ by what int8 kernels of another CPU than the
reference's add (2e-3, 1e-2, 1e-2) while the pixels are within their tolerance; they are named "noise".
--strict fails them: see packages/engine/test/golden/README.md.
--table writes one table of samplers and schedules, in Markdown, in the place of a line for each run.`

const CHECKS: Record<
  string,
  (folder: string, model: string, isStrict: boolean) => Promise<Outcome[]>
> = {
  'randn.json': checkRandn,
  'samplers.json': checkSamplers,
  'tokenizer.json': checkTokenizer,
  'demo-model.json': checkDemoModel,
  'tiny-models.json': checkTinyModels,
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: 'string' },
      strict: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return EXIT.ok
  }
  const [folder, ...rest] = positionals
  if (folder === undefined || rest.length > 0) {
    console.error(USAGE)
    return EXIT.usage
  }
  const model = values.model ?? demoModelFolder
  const isShown = (outcome: Outcome): outcome is Checked =>
    outcome.type === 'checked' && !(values.table && outcome.cell !== undefined)
  const outcomes: Outcome[] = []
  let found = 0
  for (const [file, check] of Object.entries(CHECKS)) {
    const isThere = await stat(join(folder, file)).then(
      (facts) => facts.isFile(),
      () => false,
    )
    if (!isThere) continue
    found++
    for (const outcome of await check(folder, model, values.strict)) {
      outcomes.push(outcome)
      if (isShown(outcome)) console.log(outcomeLine(outcome))
    }
  }
  if (found === 0) {
    console.error(`${folder} holds none of ${Object.keys(CHECKS).join(', ')}`)
    return EXIT.usage
  }
  if (values.table) console.log(samplerTable(outcomes))
  console.log(summary(outcomes))
  const failed = outcomes.some(
    (outcome) => outcome.type === 'checked' && verdictOf(outcome) === 'fail',
  )
  return failed ? EXIT.checkFailed : EXIT.ok
}

try {
  process.exitCode = await main()
} catch (error) {
  const isTheirs = error instanceof GoldenFileError || error instanceof TypeError
  console.error(isTheirs ? error.message : error)
  process.exitCode = isTheirs ? EXIT.usage : EXIT.failed
}
