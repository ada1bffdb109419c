// Writes manifest.json of a model folder. node --conditions=reverie-source scripts/make-manifest.ts --help
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  describeModelFolder,
  detectModelFolder,
  type ManifestFields,
  manifestCid,
} from '../packages/models/src/index.ts'

const HELP = `Usage: make-manifest.ts <folder> [options]

Hashes the files of a model folder in optimum's layout and writes manifest.json. What no option
states is kept from the manifest that is there, or with --detect read from the model's own files.

  --name <alias>              e.g. pocket
  --title <text>
  --kind <checkpoint|lora|embedding|controlnet|upscaler|face_restorer|safety_checker>
  --family <sd1|sd2|sdxl|sdxl_refiner>
  --features <list>           of a checkpoint, with commas: init,inpaint,control,lora,embedding
  --precision <fp32|fp16|int8>
  --licence <SPDX identifier>
  --size <min:max:step>       pixels per side, e.g. 96:256:32
  --steps <min:max>           e.g. 1:150
  --default-size <w x h>      e.g. 128x128
  --default-steps <n>
  --default-sampler <name>    e.g. dpmpp_2m
  --default-schedule <name>   e.g. karras
  --default-cfg <scale>
  --peak-memory <bytes>       largest resident size of the inference process at the default size
  --detect                    start from what the files say
  --check                     write nothing; exit 1 when the manifest would change
`

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: text,
    title: text,
    kind: text,
    family: text,
    features: text,
    precision: text,
    licence: text,
    size: text,
    steps: text,
    'default-size': text,
    'default-steps': text,
    'default-sampler': text,
    'default-schedule': text,
    'default-cfg': text,
    'peak-memory': text,
    detect: { type: 'boolean' },
    check: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

const [folder] = positionals

const numbers = (value: string | undefined, separator: string, names: string[]) => {
  if (value === undefined) return {}
  const parts = value.split(separator).map(Number)
  return Object.fromEntries(names.map((name, i) => [name, parts[i]]))
}
const given = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
const number = (value: string | undefined) => (value === undefined ? undefined : Number(value))

/** What no file says. */
const statedNames = (old: Partial<ManifestFields>) => ({
  name: values.name ?? old.name ?? basename(folder ?? ''),
  title: values.title ?? old.title ?? basename(folder ?? ''),
  licence: values.licence ?? old.licence ?? 'LicenseRef-unknown',
  kind: values.kind as ManifestFields['kind'],
  family: values.family as ManifestFields['family'] | undefined,
})

async function main(folder: string): Promise<void> {
  const path = join(folder, 'manifest.json')
  const before = await readFile(path, 'utf8').catch(() => '{}')
  const {
    v: _v,
    files: _files,
    ...old
  } = values.detect
    ? await detectModelFolder(folder, statedNames(JSON.parse(before)))
    : JSON.parse(before)
  // The schema of describeModelFolder is the check: this only gathers.
  const fields = {
    ...old,
    ...given({
      name: values.name,
      title: values.title,
      kind: values.kind,
      family: values.family,
      features: values.features?.split(','),
      precision: values.precision,
      licence: values.licence,
      peakMemory: number(values['peak-memory']),
    }),
    size: { ...old.size, ...numbers(values.size, ':', ['min', 'max', 'step']) },
    steps: { ...old.steps, ...numbers(values.steps, ':', ['min', 'max']) },
    defaults: {
      ...old.defaults,
      ...numbers(values['default-size'], 'x', ['width', 'height']),
      ...given({
        steps: number(values['default-steps']),
        sampler: values['default-sampler'],
        schedule: values['default-schedule'],
        cfgScale: number(values['default-cfg']),
      }),
    },
  } as ManifestFields
  const manifest = await describeModelFolder(folder, fields)
  const after = `${JSON.stringify(manifest, null, 2)}\n`
  console.log(`${manifest.name} ${manifestCid(manifest)} (${manifest.files.length} files)`)
  if (after === before) return
  if (values.check) {
    console.error(`${path} is out of date; run this again without --check`)
    process.exitCode = 1
  } else await writeFile(path, after)
}

if (values.help || folder === undefined) console.log(HELP)
else await main(folder)
