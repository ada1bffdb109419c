import {
  type CoordinatorLink,
  createCleanupStack,
  type JobSpec,
  type LinkState,
  type Logger,
  type PeerId,
  type ResultSubmission,
  silentLogger,
  systemClock,
  type WorkerChange,
} from '@reverie/core'
import { buildJobSpec, buildWorkerProfile } from '@reverie/testkit'
import {
  type Admit,
  createCoordinatorLink,
  createNode,
  createWorkerGateway,
  type GatewayOptions,
  generateIdentity,
  type Identity,
  type LinkOptions,
  type NetworkNode,
  type NetworkWorkerGateway,
  type NodeLimits,
} from '../src/index.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
/** Quick enough for tests, slow enough for a busy machine. */
export const QUICK = { heartbeatMs: 50, silenceMs: 500 }
const QUICK_RETRY = { minMs: 10, maxMs: 50 }

export interface Coordinator {
  readonly identity: Identity
  readonly node: NetworkNode
  readonly gateway: NetworkWorkerGateway
  readonly address: string
  /** Everything that happened to workers, in order. */
  readonly changes: WorkerChange[]
  stop(): Promise<void>
}

export interface CoordinatorSetup {
  readonly identity?: Identity
  readonly listen?: string
  readonly options?: Partial<GatewayOptions>
  readonly limits?: Partial<NodeLimits>
  readonly logger?: Logger
  readonly admit?: Admit
}

export interface Worker {
  readonly peer: PeerId
  readonly node: NetworkNode
  readonly link: CoordinatorLink
  /** Resolves when the link is in that state. */
  reach(state: LinkState): Promise<void>
  stop(): Promise<void>
}

/** Coordinators and workers over real sockets of this machine; `stop` ends all of them, newest first. */
export function createHarness() {
  const cleanups = createCleanupStack()

  async function coordinator(setup: CoordinatorSetup = {}): Promise<Coordinator> {
    const { listen = LOOPBACK, options = QUICK, logger = silentLogger, admit } = setup
    const identity = setup.identity ?? (await generateIdentity())
    const node = await createNode(
      { identity, logger },
      { listen: [listen], ...(setup.limits ? { limits: setup.limits } : {}) },
    )
    const gateway = await createWorkerGateway(
      { node, logger, clock: systemClock, ...(admit ? { admit } : {}) },
      options,
    )
    const changes: WorkerChange[] = []
    gateway.onChange((change) => changes.push(change))
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= gateway.close().then(() => node.stop())
      return stopping
    }
    cleanups.add('coordinator', stop)
    const [address = ''] = node.addresses()
    return { identity, node, gateway, address, changes, stop }
  }

  async function worker(
    address: string,
    setup: Partial<LinkOptions> & { readonly identity?: Identity; readonly logger?: Logger } = {},
  ): Promise<Worker> {
    const { identity = await generateIdentity(), logger = silentLogger, ...options } = setup
    const node = await createNode({ identity, logger })
    const link = createCoordinatorLink(
      { node, logger, clock: systemClock },
      { coordinator: address, retry: QUICK_RETRY, refusedRetry: QUICK_RETRY, ...options },
    )
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= link.close().then(() => node.stop())
      return stopping
    }
    cleanups.add('worker', stop)
    const reach = (state: LinkState) =>
      new Promise<void>((resolve) => {
        if (link.state() === state) return resolve()
        const unsubscribe = link.onState((next) => {
          if (next !== state) return
          unsubscribe()
          resolve()
        })
      })
    return { peer: node.peer, node, link, reach, stop }
  }

  /** A worker whose session is open. */
  async function joined(to: Coordinator, setup: Parameters<typeof worker>[1] = {}) {
    const one = await worker(to.address, setup)
    one.link.announce(buildWorkerProfile())
    one.link.start()
    await one.reach('connected')
    return one
  }

  /** A libp2p node that speaks for itself: for peers that break the rules. */
  async function stranger(): Promise<NetworkNode> {
    const node = await createNode({ identity: await generateIdentity(), logger: silentLogger })
    cleanups.add('stranger', () => node.stop())
    return node
  }

  return { coordinator, worker, joined, stranger, stop: () => cleanups.stop() }
}

export const submissionOf = (spec: JobSpec = buildJobSpec(), bytes = 1_000): ResultSubmission => ({
  spec,
  image: new Uint8Array(bytes).fill(7),
  receipt: Uint8Array.of(0xa0),
})

export const never = (): AbortSignal => new AbortController().signal
