import { EXIT, type ExitCode } from '@reverie/core'
import type { PublishedModel, PullProgress } from '@reverie/models'
import type { Context } from '../command.ts'
import { bytesText } from '../terminal/bytes.ts'
import { onPress } from '../terminal/presses.ts'
import { createInstallProgress } from './install-progress.ts'
import { modelFacts } from './model-facts.ts'

/** Runs a pull or an import with a bar: `doing` says what happens. Ctrl-C stops it; `kept` says what is left then. */
export async function runInstall(
  { terminal, json }: Context,
  { doing, kept }: { readonly doing: string; readonly kept: string },
  install: (
    signal: AbortSignal,
    onProgress: (progress: PullProgress) => void,
  ) => Promise<PublishedModel>,
): Promise<ExitCode> {
  const interrupted = new AbortController()
  const progress = createInstallProgress(terminal, doing)
  const off = onPress((press) => {
    interrupted.abort(new Error('interrupted'))
    if (press > 1) process.exit(EXIT.interrupted)
  })
  let model: PublishedModel
  try {
    model = await install(interrupted.signal, progress.show)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    progress.end()
    if (json) terminal.print(JSON.stringify({ interrupted: true, note: kept }))
    else terminal.say(kept)
    return EXIT.interrupted
  } finally {
    progress.end()
    off()
  }
  const facts = modelFacts(model)
  if (json) {
    terminal.print(JSON.stringify({ ...facts, installed: !model.isOld }))
    return EXIT.ok
  }
  const { green, dim } = terminal.outStyle
  const { name, kind, family, bytes, licence, cid, folder } = facts
  terminal.print(
    `${green('✔')} ${name}  ${kind} ${family}  ${bytesText(bytes)}  ${licence}${model.isOld ? dim('  was here already') : ''}`,
  )
  terminal.print(`  ${cid}`)
  terminal.say(`  in ${folder}; a running worker offers it after its next start`)
  return EXIT.ok
}
