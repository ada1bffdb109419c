import { EXIT, ReverieError } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { findInstalled, manifestCid, openModelFolder, readManifest } from '@reverie/models'
import type { Command, Context } from '../command.ts'
import { libraryFolder, onlyOperand } from '../models/library-folder.ts'
import { modelFacts } from '../models/model-facts.ts'
import { bytesText } from '../terminal/bytes.ts'
import { printTable } from '../terminal/table.ts'

async function find(wanted: string, context: Context) {
  const manifest = await readManifest(demoModelFolder)
  const cid = manifestCid(manifest)
  if (wanted === manifest.name || wanted === cid) return { manifest, cid, folder: demoModelFolder }
  const found = await findInstalled(libraryFolder(context), wanted)
  if (found.manifest === undefined || found.cid === undefined) {
    throw found.problem ?? new ReverieError('model_invalid', `${found.folder} is not a model`)
  }
  return { manifest: found.manifest, cid: found.cid, folder: found.folder }
}

export const modelsInfo: Command = {
  name: 'models info',
  operands: '<name|CID>',
  summary: 'what a model of this machine is, and its files',
  flags: { verify: { type: 'boolean', about: 'read every byte and check its hashes' } },
  examples: ['models info pocket', 'models info sd15 --verify --json'],
  run: async (input, context) => {
    const found = await find(onlyOperand(input, 'the name or CID of a model'), context)
    if (input.values.verify) await openModelFolder(found.folder)
    const { terminal, json } = context
    const { manifest } = found
    const facts = modelFacts(found)
    if (json) {
      const verified = input.values.verify === true
      terminal.print(JSON.stringify({ ...facts, verified, manifest }))
      return EXIT.ok
    }
    const { size, steps, defaults } = manifest
    const { sampler, schedule, cfgScale, width, height } = defaults
    const draws = facts.kind === 'checkpoint'
    printTable(terminal, [
      ['name', facts.name],
      ['title', facts.title],
      ['CID', facts.cid],
      ['kind', `${facts.kind} ${facts.family}`],
      ...(draws ? [['can', ['text-to-image', ...facts.features].join(', ')]] : []),
      ['precision', facts.precision],
      ['licence', facts.licence],
      ...(draws
        ? [
            ['sizes', `${size.min} to ${size.max} in steps of ${size.step}`],
            ['steps', `${steps.min} to ${steps.max}`],
            [
              'defaults',
              `${width}x${height}, ${defaults.steps} steps, ${sampler} ${schedule}, guidance ${cfgScale}`,
            ],
          ]
        : []),
      ['memory', `about ${bytesText(manifest.peakMemory)} at that size`],
      ['folder', facts.folder],
    ])
    terminal.print('')
    printTable(
      terminal,
      manifest.files.map(({ path, size: bytes, sha256 }) => [path, bytesText(bytes), sha256]),
    )
    if (input.values.verify) terminal.print(terminal.outStyle.green('✔ all hashes right'))
    return EXIT.ok
  },
}
