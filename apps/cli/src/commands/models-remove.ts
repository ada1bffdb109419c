import { createInterface } from 'node:readline/promises'
import { EXIT, ReverieError } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { findInstalled, manifestCid, readManifest, removeFolder } from '@reverie/models'
import type { Command, Context } from '../command.ts'
import { libraryFolder, onlyOperand } from '../models/library-folder.ts'
import { bytesOf } from '../models/model-facts.ts'
import { bytesText } from '../terminal/bytes.ts'

/** @throws ReverieError `invalid_option` */
async function refuseDemoModel(wanted: string): Promise<void> {
  const demo = await readManifest(demoModelFolder)
  if (wanted !== demo.name && wanted !== manifestCid(demo)) return
  throw new ReverieError('invalid_option', `${demo.name} is part of Reverie and stays.`, {
    field: 'model',
  })
}

/** Asks on a terminal; elsewhere somebody must have said it before. @throws ReverieError `invalid_option` */
async function confirm(question: string, { terminal }: Context): Promise<boolean> {
  if (!process.stdin.isTTY || !terminal.live) {
    throw new ReverieError('invalid_option', `${question} Say --yes: nobody can be asked here.`, {
      field: '--yes',
    })
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim())
  } finally {
    prompt.close()
  }
}

export const modelsRemove: Command = {
  name: 'models remove',
  operands: '<name|CID>',
  summary: 'delete a model of this machine',
  flags: { yes: { type: 'boolean', short: 'y', about: 'do not ask' } },
  examples: ['models remove sd15', 'models remove bafyrei... --yes'],
  run: async (input, context) => {
    const wanted = onlyOperand(input, 'the name or CID of a model')
    const models = libraryFolder(context)
    const found = await findInstalled(models, wanted).catch(async (error: unknown) => {
      await refuseDemoModel(wanted)
      throw error
    })
    const { folder, manifest } = found
    const size = manifest ? ` (${bytesText(bytesOf(manifest))})` : ''
    if (!input.values.yes && !(await confirm(`Delete ${folder}${size}?`, context))) {
      context.terminal.say('nothing was deleted')
      return EXIT.refused
    }
    await removeFolder(models, folder)
    if (context.json) {
      context.terminal.print(JSON.stringify({ removed: manifest?.name ?? wanted, folder }))
    } else
      context.terminal.print(`${context.terminal.outStyle.green('✔')} deleted ${folder}${size}`)
    return EXIT.ok
  },
}
