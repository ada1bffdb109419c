import { EXIT, type InstalledModel, isReverieError, kindOf } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createModelLibrary, type ModelLibrary, readCatalogue } from '@reverie/models'
import { refuseOperands } from '../args/operands.ts'
import type { Command, Context, Input } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { libraryFolder } from '../models/library-folder.ts'
import { bytesOf, familyText } from '../models/model-facts.ts'
import { bytesText } from '../terminal/bytes.ts'
import { printTable } from '../terminal/table.ts'

interface Row {
  readonly name: string
  readonly kind: string
  readonly family: string
  readonly bytes: number
  readonly licence: string
  /** On this machine, with all its files. */
  readonly here: boolean
  /** Where on this machine. */
  readonly folder: string | undefined
  /** Connected workers that have it; undefined where no coordinator was asked. */
  readonly workers: number | undefined
  readonly cid: string
}

const localRow = ({ manifest, cid, folder }: InstalledModel): Row => ({
  name: manifest.name,
  kind: kindOf(manifest),
  family: familyText(manifest),
  bytes: bytesOf(manifest),
  licence: manifest.licence,
  here: true,
  folder,
  workers: undefined,
  cid,
})

/** The coordinator's catalogue; undefined when none answers and none was named. */
async function served(input: Input, context: Context) {
  try {
    const { client } = await connect(input, context)
    return (await client.listModels()).models
  } catch (error) {
    const isNamed = input.values.url !== undefined || Boolean(context.env.REVERIE_URL)
    if (!isNamed && isReverieError(error) && error.code === 'coordinator_unreachable') {
      return undefined
    }
    throw error
  }
}

function tell(rows: readonly Row[], isServed: boolean, { terminal }: Context): void {
  printTable(terminal, [
    ['NAME', 'KIND', 'FAMILY', 'SIZE', 'HERE', ...(isServed ? ['WORKERS'] : []), 'LICENCE', 'CID'],
    ...rows.map(({ name, kind, family, bytes, here, workers, licence, cid }) => [
      name,
      kind,
      family,
      bytesText(bytes),
      here ? '✔' : '–',
      ...(isServed ? [String(workers ?? 0)] : []),
      licence,
      cid,
    ]),
  ])
  if (!isServed) terminal.say('no coordinator answers: these are the models on this machine')
}

function tellBroken(library: ModelLibrary, { terminal }: Context): void {
  for (const { error } of library.broken()) terminal.say(`! ${error.message}`)
}

/** Public models that can be pulled by alias. */
async function tellAvailable(library: ModelLibrary, context: Context): Promise<void> {
  const { terminal, json, self } = context
  const here = new Set(library.list().map(({ manifest }) => manifest.name))
  const models = readCatalogue().models.map((entry) => ({ ...entry, here: here.has(entry.alias) }))
  if (json) {
    terminal.print(JSON.stringify({ available: models }))
    return
  }
  printTable(terminal, [
    ['ALIAS', 'KIND', 'FAMILY', 'SIZE', 'HERE', 'LICENCE', 'REPOSITORY'],
    ...models.map((entry) => [
      entry.alias,
      entry.kind,
      entry.family,
      `~${bytesText(entry.approximateBytes)}`,
      entry.here ? '✔' : '–',
      entry.licence,
      `${entry.repo}${entry.revision ? `@${entry.revision}` : ''}`,
    ]),
  ])
  terminal.print('')
  printTable(
    terminal,
    models.map(({ alias, notes }) => [alias, notes ?? '']),
  )
  terminal.say(`\`${self} models pull <alias>\`; any repository with ONNX graphs works too`)
}

export const modelsList: Command = {
  name: 'models list',
  summary: 'models of the coordinator, or of this machine when none answers',
  flags: {
    available: { type: 'boolean', about: 'well-known public models that can be pulled by alias' },
    verify: { type: 'boolean', about: 'read every byte of the models here and check its hashes' },
    ...CONNECT_FLAGS,
  },
  examples: ['models list', 'models list --available', 'models list --json'],
  run: async (input, context) => {
    refuseOperands(input)
    const library = await createModelLibrary({
      folders: [demoModelFolder, libraryFolder(context)],
      check: input.values.verify ? 'hashes' : 'sizes',
    })
    if (input.values.available) {
      await tellAvailable(library, context)
      return EXIT.ok
    }
    const catalogue = await served(input, context)
    const local = library.list().map(localRow)
    const remote = (catalogue ?? []).map((model): Row => {
      const { name, kind, bytes, licence, workers, cid } = model
      const own = local.find((row) => row.cid === cid)
      const family = familyText(model)
      return {
        name,
        kind,
        family,
        bytes,
        licence,
        workers,
        cid,
        here: own !== undefined,
        folder: own?.folder,
      }
    })
    const rows = [...remote, ...local.filter(({ cid }) => !remote.some((row) => row.cid === cid))]
    if (context.json) {
      const broken = library.broken().map(({ folder, error }) => ({ folder, ...error.toObject() }))
      context.terminal.print(JSON.stringify({ models: rows, broken }))
    } else {
      tell(rows, catalogue !== undefined, context)
      tellBroken(library, context)
    }
    return EXIT.ok
  },
}
