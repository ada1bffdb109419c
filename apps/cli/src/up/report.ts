import type { Context } from '../command.ts'
import { createLiveLines } from '../terminal/live-lines.ts'
import type { Style } from '../terminal/style.ts'
import { CLI_VERSION } from '../version.ts'
import type { CoordinatorFacts, WorkerFacts } from './messages.ts'
import type { ProgramEnd } from './program.ts'
import { isLoopback, remoteAddress } from './up-options.ts'

interface Running {
  readonly coordinator: CoordinatorFacts
  readonly apiKey: string | undefined
  readonly home: string
}

/** What `up` tells while it runs. */
export interface UpReport {
  starting(home: string): void
  coordinatorReady(facts: CoordinatorFacts): void
  workerReady(facts: WorkerFacts): void
  ready(running: Running): void
  state(program: string, state: string): void
  problem(program: string, problem: string): void
  crashed(program: string, end: ProgramEnd, delayMs: number): void
  draining(): void
  stopped(): void
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

const whyEnded = ({ how, error }: ProgramEnd): string =>
  error ? error.message : typeof how === 'number' ? `exit code ${how}` : `ended by ${how}`

/** How a worker on another machine joins. */
const joinHint = (self: string, address: string, dim: Style['dim']): string =>
  isLoopback(address)
    ? `${self} up --host 0.0.0.0  ${dim('then other machines can join')}`
    : `${self} worker --join ${address}  ${dim('on another machine')}`

/** Lines for people: what runs, where, and three things to try. */
export function textReport({ terminal, self }: Context, now: () => number): UpReport {
  const { green, red, yellow, dim, bold } = terminal.outStyle
  const since = now()
  const waiting = terminal.live ? createLiveLines(terminal) : undefined
  let isReady = false
  const readyLine = (name: string, what: string) => {
    waiting?.clear()
    const line = `${green('✔')} ${name.padEnd(12)} ${what}`
    // Coming back after a crash is not worth a time.
    terminal.print(isReady ? `${line}  back` : `${line}  ${dim(seconds(now() - since))}`)
  }
  const say = (line: string) => {
    waiting?.clear()
    terminal.say(line)
  }
  return {
    starting: (home) => {
      terminal.print(`reverie ${CLI_VERSION} · data ${home} · embedded storage`)
      waiting?.show(['… starting; the first time takes some seconds'])
    },
    coordinatorReady: ({ url }) => readyLine('coordinator', bold(url)),
    workerReady: ({ name, models }) => readyLine('worker', `${name} · ${models.join(', ')}`),
    ready: ({ coordinator, apiKey, home }) => {
      isReady = true
      const rows: [string, string][] = [
        ['key', `${apiKey ?? 'unknown'}  ${dim(`(kept in ${home}/credentials.json)`)}`],
        ['try', `${self} render "red apple, 3d style, blue background"`],
        ['', `${coordinator.url}/docs  ${dim('every route, in a browser')}`],
        ['', joinHint(self, remoteAddress(coordinator.multiaddrs), dim)],
        ['stop', `Ctrl-C (finishes the current image)   logs ${home}/logs`],
      ]
      const [address = ''] = coordinator.multiaddrs
      if (isLoopback(address)) {
        rows.splice(-1, 0, ['join', `${address}  ${dim('what a worker on this machine joins')}`])
      }
      for (const [label, text] of rows) terminal.print(`${label.padEnd(5)} ${text}`)
    },
    state: () => {},
    problem: (program, problem) => say(`${yellow('!')} ${program}: ${problem}`),
    crashed: (program, end, delayMs) =>
      say(
        `${red('✘')} ${program} ended: ${whyEnded(end)}; starting it again in ${seconds(delayMs)}`,
      ),
    draining: () =>
      say('\nstopping: the current image is finished or handed back (Ctrl-C again ends it now)'),
    stopped: () => terminal.say(`${green('✔')} stopped, nothing is left running`),
  }
}

/** One JSON object a line, for programs. */
export function jsonReport({ terminal }: Context): UpReport {
  const tell = (type: string, facts: object = {}) =>
    terminal.print(JSON.stringify({ type, ...facts }))
  return {
    starting: (home) => tell('starting', { home, version: CLI_VERSION }),
    coordinatorReady: ({ url, multiaddrs, peer }) => tell('coordinator', { url, multiaddrs, peer }),
    workerReady: (facts) => tell('worker', facts),
    ready: ({ coordinator: { url, multiaddrs, peer }, apiKey, home }) =>
      tell('ready', { url, multiaddrs, peer, apiKey, home }),
    state: (program, state) => tell('state', { program, state }),
    problem: (program, message) => tell('problem', { program, message }),
    crashed: (program, { how, error }, delayMs) =>
      tell('crashed', { program, how, error: error?.toObject(), delayMs }),
    draining: () => tell('draining'),
    stopped: () => tell('stopped'),
  }
}
