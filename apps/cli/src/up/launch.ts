import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import { openLogFile } from './log-file.ts'
import { problemOf } from './log-problems.ts'
import { type Program, startProgram } from './program.ts'
import type { UpReport } from './report.ts'
import { type Supervised, supervise } from './supervise.ts'

export interface LaunchOptions {
  /** Arguments of the next start. */
  readonly args: () => string[]
  /** Every time it was started, before it is ready. */
  readonly onStart?: (program: Program) => void
  readonly onReady: (facts: Readonly<Record<string, unknown>>) => void
  readonly onState?: (state: string) => void
}

export interface Launched extends Supervised {
  closeLog(): Promise<void>
}

/**
 * Starts one program under supervision, its lines in a log of its own.
 * @throws ReverieError `data_folder_unusable` when the log cannot be written
 */
export async function launch(
  name: 'coordinator' | 'worker',
  { home, report }: { readonly home: string; readonly report: UpReport },
  { args, onStart, onReady, onState }: LaunchOptions,
): Promise<Launched> {
  const log = await openLogFile(join(home, 'logs', `${name}.log`)).catch((cause: Error) => {
    throw new ReverieError(
      'data_folder_unusable',
      `the log of the ${name} cannot be written: ${cause.message}`,
      { folder: home },
      { cause },
    )
  })
  const start = (): Program => {
    const program = startProgram({
      module: `@reverie/${name}/main`,
      args: args(),
      onLine: (line, from) => {
        log.write(`${line}\n`)
        const problem = from === 'stdout' ? problemOf(line) : undefined
        if (problem) report.problem(name, problem)
      },
      onState: (state) => {
        report.state(name, state)
        onState?.(state)
      },
    })
    onStart?.(program)
    return program
  }
  const onCrash: Parameters<typeof supervise>[0]['onCrash'] = (end, delayMs) =>
    report.crashed(name, end, delayMs)
  return { ...supervise({ start, onReady, onCrash }), closeLog: () => log.close() }
}
