import { join } from 'node:path'
import { EXIT, type InstalledModel, isReverieError } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createModelLibrary } from '@reverie/models'
import { refuseOperands } from '../args/operands.ts'
import type { Command, Context, Input } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { bytesText } from '../terminal/bytes.ts'

interface Row {
  readonly name: string
  readonly bytes: number
  readonly licence: string
  /** On this machine, verified. */
  readonly here: boolean
  /** Connected workers that have it; undefined where no coordinator was asked. */
  readonly workers: number | undefined
  readonly cid: string
}

const localRow = ({ manifest, cid }: InstalledModel): Row => ({
  name: manifest.name,
  bytes: manifest.files.reduce((sum, { size }) => sum + size, 0),
  licence: manifest.licence,
  here: true,
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
  const cells = [
    ['NAME', 'SIZE', 'HERE', ...(isServed ? ['WORKERS'] : []), 'LICENCE', 'CID'],
    ...rows.map(({ name, bytes, here, workers, licence, cid }) => [
      name,
      bytesText(bytes),
      here ? '✔' : '–',
      ...(isServed ? [String(workers ?? 0)] : []),
      licence,
      cid,
    ]),
  ]
  const widths = cells[0]?.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of cells) {
    terminal.print(
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
  if (!isServed) terminal.say('no coordinator answers: these are the models on this machine')
}

export const modelsList: Command = {
  name: 'models list',
  summary: 'models of the coordinator, or of this machine when none answers',
  flags: CONNECT_FLAGS,
  examples: ['models list', 'models list --json'],
  run: async (input, context) => {
    refuseOperands(input)
    const [library, catalogue] = await Promise.all([
      createModelLibrary({ folders: [demoModelFolder, join(context.home, 'models')] }),
      served(input, context),
    ])
    const local = library.list().map(localRow)
    const isHere = (cid: string) => local.some((row) => row.cid === cid)
    const remote = (catalogue ?? []).map(({ name, bytes, licence, workers, cid }): Row => {
      return { name, bytes, licence, workers, cid, here: isHere(cid) }
    })
    const rows = [...remote, ...local.filter(({ cid }) => !remote.some((row) => row.cid === cid))]
    if (context.json) {
      const broken = library.broken().map(({ folder, error }) => ({ folder, ...error.toObject() }))
      context.terminal.print(JSON.stringify({ models: rows, broken }))
    } else {
      tell(rows, catalogue !== undefined, context)
      for (const { error } of library.broken()) context.terminal.say(`! ${error.message}`)
    }
    return EXIT.ok
  },
}
