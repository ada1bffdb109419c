import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@reverie/api'
import { type Program, startProgram } from './program.ts'

/** A coordinator and a worker as processes of their own, on a folder of their own, that can be killed and started again. */
export interface NetworkUnderTest {
  readonly folder: string
  readonly client: ReturnType<typeof createClient>
  readonly url: string
  /** What workers dial. */
  multiaddr(): string
  coordinator(): Program
  worker(): Program
  killCoordinator(): Promise<void>
  killWorker(): Promise<void>
  startCoordinator(): Promise<void>
  startWorker(): Promise<void>
  stop(): Promise<void>
}

export async function startNetwork(
  options: {
    readonly worker: boolean
    /** Folder of further models, known to coordinator and worker. */
    readonly models?: string
  } = { worker: true },
): Promise<NetworkUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-e2e-'))
  const models = options.models === undefined ? [] : ['--models', options.models]
  let ports = ['--port', '0', '--listen-port', '0']
  let url = ''
  let apiKey = ''
  let multiaddr = ''
  let coordinator: Program | undefined
  let worker: Program | undefined

  async function startCoordinator(): Promise<void> {
    const args = ['--data', join(folder, 'coordinator'), ...models, ...ports]
    coordinator = startProgram('coordinator', args)
    const ready = await coordinator.ready
    url = String(ready.url)
    apiKey = ready.apiKey === undefined ? apiKey : String(ready.apiKey)
    multiaddr = String((ready.multiaddrs as string[])[0])
    // A restart has to be found where the worker and the artist knew it.
    const listenPort = /\/tcp\/(\d+)/.exec(multiaddr)?.[1] ?? '0'
    ports = ['--port', new URL(url).port, '--listen-port', listenPort]
  }

  async function startWorker(): Promise<void> {
    const args = ['--data', join(folder, 'worker'), '--join', multiaddr, '--name', 'e2e', ...models]
    worker = startProgram('worker', args)
    await worker.ready
  }

  const running = (program: Program | undefined): Program => {
    if (!program) throw new Error('not started')
    return program
  }

  await startCoordinator()
  if (options.worker) await startWorker()
  return {
    folder,
    multiaddr: () => multiaddr,
    url,
    client: createClient({ baseUrl: url, apiKey }),
    coordinator: () => running(coordinator),
    worker: () => running(worker),
    killCoordinator: () => running(coordinator).kill(),
    killWorker: () => running(worker).kill(),
    startCoordinator,
    startWorker,
    stop: async () => {
      await worker?.stop()
      await coordinator?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
