import { setTimeout as pause } from 'node:timers/promises'
import { EXIT, type ExitCode } from '@reverie/core'
import type { Context } from '../command.ts'
import { readCredentials, writeCredentials } from '../credentials.ts'
import { onPress } from '../terminal/presses.ts'
import { type Launched, launch } from './launch.ts'
import { CoordinatorFacts, parseFacts, WorkerFacts } from './messages.ts'
import type { Program } from './program.ts'
import type { UpReport } from './report.ts'
import {
  coordinatorArgs,
  localAddress,
  type Ports,
  portsOf,
  type UpOptions,
  workerArgs,
} from './up-options.ts'

/** A worker here has its session within a fraction of this, ms. One that has not tries on, and says so. */
const CONNECT_MS = 3_000

/** Runs a coordinator and, unless told not to, one worker, until it is asked to stop. */
export async function runUp(
  options: UpOptions,
  { home }: Context,
  report: UpReport,
): Promise<ExitCode> {
  const running: Launched[] = []
  const stop = Promise.withResolvers<'stop'>()
  let killed = false
  const offPress = onPress((press) => {
    if (press === 1) {
      report.draining()
      stop.resolve('stop')
      return
    }
    killed = true
    for (const program of running) program.kill()
  })

  try {
    const known = await readCredentials(home)
    let apiKey = known?.apiKey
    let ports: Ports | undefined
    let coordinator: CoordinatorFacts | undefined
    let worker: Program | undefined
    let storing: Promise<void> | undefined
    const connected = Promise.withResolvers<void>()
    const join = () => {
      if (!coordinator) return
      worker?.tell({ type: 'join', address: localAddress(coordinator.multiaddrs) })
    }

    report.starting(home)
    const coordinatorProgram = await launch(
      'coordinator',
      { home, report },
      {
        args: () => coordinatorArgs(home, options, { newOwnerKey: apiKey === undefined, ports }),
        onReady: (facts) => {
          const isFirst = coordinator === undefined
          coordinator = parseFacts(CoordinatorFacts, facts, 'coordinator')
          ports = portsOf(coordinator)
          apiKey = coordinator.apiKey ?? apiKey
          if (apiKey) storing = writeCredentials(home, { url: coordinator.url, apiKey })
          report.coordinatorReady(coordinator)
          // Later ones are found at the same address.
          if (isFirst) join()
        },
      },
    )
    running.push(coordinatorProgram)
    // Both take seconds to start, so they do it at the same time.
    if (!options['no-worker']) {
      const workerProgram = await launch(
        'worker',
        { home, report },
        {
          args: () => workerArgs(home, options),
          onStart: (program) => {
            worker = program
            join()
          },
          onReady: (facts) => report.workerReady(parseFacts(WorkerFacts, facts, 'worker')),
          onState: (state) => {
            if (state === 'ready') connected.resolve()
          },
        },
      )
      running.push(workerProgram)
    } else connected.resolve()

    const started = Promise.all(running.map((program) => program.ready)).then(async () => {
      await Promise.all([
        storing,
        Promise.race([connected.promise, pause(CONNECT_MS, undefined, { ref: false })]),
      ])
    })
    const how = await Promise.race([started, stop.promise])
    if (how !== 'stop' && coordinator) report.ready({ coordinator, apiKey, home })
    await stop.promise
    await drain()
    if (!killed) report.stopped()
    return killed ? EXIT.interrupted : EXIT.ok
  } catch (error) {
    await drain()
    throw error
  } finally {
    offPress()
    await Promise.all(running.map((program) => program.closeLog()))
  }

  /** Last started, first stopped: the worker needs the coordinator to hand its work over. */
  async function drain(): Promise<void> {
    for (const program of running.toReversed()) await program.drain()
  }
}
