import { findInCatalogue, parseModelSource, pullModel, readCatalogue } from '@reverie/models'
import type { Command } from '../command.ts'
import { hubEndpoint, libraryFolder, onlyOperand } from '../models/library-folder.ts'
import { MODEL_FLAGS, parseModelFlags } from '../models/model-flags.ts'
import { runInstall } from '../models/run-install.ts'

export const modelsPull: Command = {
  name: 'models pull',
  operands: '<alias|repository|address>',
  summary: 'download a model: checked, resumed where it broke off',
  flags: MODEL_FLAGS,
  examples: [
    'models pull sd15',
    'models pull stabilityai/sdxl-turbo@main --name turbo',
    'models pull someone/loras:ink.safetensors --family sd1',
    'models pull https://example.org/models/ours/manifest.json',
  ],
  run: (input, context) => {
    const text = onlyOperand(input, 'an alias, owner/name[@revision][:path] or an address')
    const flags = parseModelFlags(input)
    const endpoint = hubEndpoint(context)
    const catalogue = readCatalogue()
    const known = findInCatalogue(catalogue, text)
    const source = parseModelSource(text, endpoint, catalogue)
    const kept = `stopped; what arrived is kept: \`${context.self} models pull ${text}${flags.name === undefined ? '' : ` --name ${flags.name}`}\` goes on from there`
    return runInstall(context, { doing: 'downloading', kept }, (signal, onProgress) =>
      pullModel({}, source, {
        models: libraryFolder(context),
        endpoint,
        token: context.env.HF_TOKEN || undefined,
        // What the catalogue knows holds unless something else was said.
        ...(known && {
          name: known.alias,
          title: known.title,
          licence: known.licence,
          defaults: known.defaults,
        }),
        ...said(flags),
        signal,
        onProgress,
      }),
    )
  },
}

/** Without what was not said, which would hide what the catalogue knows. */
const said = <T extends object>(flags: T): T =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as T
