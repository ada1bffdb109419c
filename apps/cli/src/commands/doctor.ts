import { join } from 'node:path'
import { EXIT } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createModelLibrary } from '@reverie/models'
import { refuseOperands } from '../args/operands.ts'
import type { Command, Context, Input } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { checkDevices } from '../doctor/devices.ts'
import { checkEngine } from '../doctor/engine.ts'
import { type Finding, note, ok, problem } from '../doctor/finding.ts'
import {
  checkDataFolder,
  checkMemory,
  checkNode,
  checkPlatform,
  checkPort,
  checkProcessor,
} from '../doctor/machine.ts'
import { bytesText } from '../terminal/bytes.ts'

const PORTS = { http: 7420, workers: 7421 }

/** Each finding as soon as it is made: the engine takes seconds. */
async function* findings(input: Input, context: Context): AsyncGenerator<Finding> {
  yield* [checkNode(), checkPlatform(), checkProcessor(), checkMemory()]
  yield* await checkDataFolder(context.home)

  const { client, url } = await connect(input, context)
  const isUp = await client.live().then(
    () => true,
    () => false,
  )
  yield isUp
    ? ok('coordinator', `answers at ${url}`)
    : note('coordinator', `none answers at ${url}`)
  yield await checkPort(PORTS.http, 'HTTP', isUp)
  yield await checkPort(PORTS.workers, 'workers', isUp)

  const library = await createModelLibrary({
    folders: [demoModelFolder, join(context.home, 'models')],
  })
  for (const { manifest } of library.list()) {
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0)
    yield ok(
      'model',
      `${manifest.name}: ${manifest.files.length} files, ${bytesText(bytes)}, all hashes right`,
    )
  }
  for (const { error } of library.broken()) {
    yield problem('model', error.message, 'install the model again')
  }
  const [model] = library.list()
  yield* await checkDevices()
  if (model) yield await checkEngine(model)
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'check this machine, each problem with its fix',
  flags: CONNECT_FLAGS,
  examples: ['doctor', 'doctor --json'],
  run: async (input, context) => {
    refuseOperands(input)
    const { terminal, json } = context
    const { green, red, yellow } = terminal.outStyle
    const marks = { ok: green('✔'), note: yellow('–'), problem: red('✘') }
    const all: Finding[] = []
    for await (const finding of findings(input, context)) {
      all.push(finding)
      if (json) continue
      terminal.print(`${marks[finding.status]} ${finding.name.padEnd(11)} ${finding.text}`)
      if (finding.fix) terminal.print(`  fix: ${finding.fix}`)
    }
    const problems = all.filter(({ status }) => status === 'problem').length
    if (json) terminal.print(JSON.stringify({ ok: problems === 0, findings: all }))
    else {
      terminal.print(
        problems === 0
          ? 'no problems'
          : `${problems} ${problems === 1 ? 'problem' : 'problems'}, see the fixes above`,
      )
    }
    return problems === 0 ? EXIT.ok : EXIT.checkFailed
  },
}
