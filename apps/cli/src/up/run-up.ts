import { join } from 'node:path'
import { EXIT, type ExitCode, ReverieError } from '@reverie/core'
import type { Context } from '../command.ts'
import { readCredentials, writeCredentials } from '../credentials.ts'
import { onPress } from '../terminal/presses.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { problemOf } from './log-problems.ts'
import { CoordinatorFacts, parseFacts, WorkerFacts } from './messages.ts'
import { type Program, startProgram } from './program.ts'
import type { UpReport } from './report.ts'
import { type Supervised, supervise } from './supervise.ts'
import {
  coordinatorArgs,
  localAddress,
  type Ports,
  portsOf,
  type UpOptions,
  workerArgs,
} from './up-options.ts'

/** Runs a coordinator and, unless told not to, one worker, until it is asked to stop. */
export async function runUp(
  options: UpOptions,
  { home }: Context,
  report: UpReport,
): Promise<ExitCode> {
  const running: { readonly name: string; readonly program: Supervised }[] = []
  const logs: LogFile[] = []
  const stop = Promise.withResolvers<'stop'>()
  let killed = false
  const offPress = onPress((press) => {
    if (press === 1) {
      report.draining()
      stop.resolve('stop')
      return
    }
    killed = true
    for (const { program } of running) program.kill()
  })

  /** Starts one program under supervision, its lines in a log of its own. */
  const launch = async (
    name: 'coordinator' | 'worker',
    args: () => string[],
    onReady: (facts: Readonly<Record<string, unknown>>) => void,
  ): Promise<'stop' | 'ready'> => {
    const log = await openLogFile(join(home, 'logs', `${name}.log`)).catch((cause: Error) => {
      throw new ReverieError(
        'data_folder_unusable',
        `the log of the ${name} cannot be written: ${cause.message}`,
        { folder: home },
        { cause },
      )
    })
    logs.push(log)
    const start = (): Program =>
      startProgram({
        module: `@reverie/${name}/main`,
        args: args(),
        onLine: (line, from) => {
          log.write(`${line}\n`)
          const problem = from === 'stdout' ? problemOf(line) : undefined
          if (problem) report.problem(name, problem)
        },
        onState: (state) => report.state(name, state),
      })
    const program = supervise({
      start,
      onReady,
      onCrash: (end, delayMs) => report.crashed(name, end, delayMs),
    })
    running.push({ name, program })
    return Promise.race([program.ready.then(() => 'ready' as const), stop.promise])
  }

  try {
    const known = await readCredentials(home)
    let apiKey = known?.apiKey
    let ports: Ports | undefined
    let coordinator: CoordinatorFacts | undefined
    const storing: Promise<void>[] = []
    report.starting(home)
    const up = await launch(
      'coordinator',
      () => coordinatorArgs(home, options, { newOwnerKey: apiKey === undefined, ports }),
      (facts) => {
        coordinator = parseFacts(CoordinatorFacts, facts, 'coordinator')
        ports = portsOf(coordinator)
        apiKey = coordinator.apiKey ?? apiKey
        if (apiKey) storing.push(writeCredentials(home, { url: coordinator.url, apiKey }))
        report.coordinatorReady(coordinator)
      },
    )
    await Promise.all(storing)
    if (up === 'ready' && coordinator) {
      const address = localAddress(coordinator.multiaddrs)
      const here = options['no-worker']
        ? 'ready'
        : await launch(
            'worker',
            () => workerArgs(home, options, address),
            (facts) => report.workerReady(parseFacts(WorkerFacts, facts, 'worker')),
          )
      if (here === 'ready') report.ready({ coordinator, apiKey, home })
    }
    await stop.promise
    return await drain()
  } catch (error) {
    await drain()
    throw error
  } finally {
    offPress()
    await Promise.all(logs.map((log) => log.close()))
  }

  /** Last started, first stopped: the worker needs the coordinator to hand its work over. */
  async function drain(): Promise<ExitCode> {
    for (const { program } of running.toReversed()) await program.drain()
    if (!killed) report.stopped()
    return killed ? EXIT.interrupted : EXIT.ok
  }
}
