import type {
  Clock,
  ErrorObject,
  InputSource,
  Logger,
  ResultSink,
  WorkerGateway,
} from '@reverie/core'
import { PROTOCOL_IDS } from '@reverie/protocol'
import type { NetworkNode } from '../node/node.ts'
import { watchConnections } from './connection-watch.ts'
import { createInputServer } from './input-server.ts'
import { runLease } from './lease.ts'
import { compileGatewayOptions, type GatewayOptions } from './options.ts'
import { createRefusals } from './refusals.ts'
import { createResultServer } from './result-server.ts'
import { type Admit, createSessionServer } from './session-server.ts'
import { createSessions } from './sessions.ts'

export interface WorkerGatewayModules {
  readonly node: NetworkNode
  readonly logger: Logger
  readonly clock: Clock
  /** Everybody may join unless this says otherwise. */
  readonly admit?: Admit
}

/** The gateway over libp2p. */
export interface NetworkWorkerGateway extends WorkerGateway {
  /** Sends every worker away with `shutting_down` and takes no more. The node stays up. */
  close(): Promise<void>
}

const shuttingDown: ErrorObject = {
  code: 'shutting_down',
  message: 'the coordinator is stopping; connect again in a moment',
  facts: {},
}

/**
 * Serves workers on a node: their sessions, leases on the connections that they dialled, inputs of jobs, and results. One gateway
 * per node. @throws ReverieError `invalid_option`
 */
export async function createWorkerGateway(
  modules: WorkerGatewayModules,
  options: Partial<GatewayOptions> = {},
): Promise<NetworkWorkerGateway> {
  const { node, logger, clock, admit = async () => undefined } = modules
  const { libp2p, metrics } = node
  const compiled = compileGatewayOptions(options)
  const sessions = createSessions({ logger, metrics })
  const refusals = createRefusals({ logger, metrics }, compiled)
  let sink: ResultSink | undefined
  let source: InputSource | undefined

  const stopWatch = watchConnections(
    { node, clock, logger },
    compiled,
    (connection) => sessions.on(connection) !== undefined,
  )
  await libp2p.handle(
    [...PROTOCOL_IDS.session],
    createSessionServer({ clock, logger, sessions, refusals, admit }, compiled),
    { maxInboundStreams: 1 },
  )
  await libp2p.handle(
    [...PROTOCOL_IDS.result],
    createResultServer({ clock, logger, metrics, sessions, refusals, sink: () => sink }, compiled),
    { maxInboundStreams: compiled.resultsPerWorker },
  )
  await libp2p.handle(
    [...PROTOCOL_IDS.input],
    createInputServer(
      { clock, logger, metrics, sessions, refusals, source: () => source },
      compiled,
    ),
    { maxInboundStreams: compiled.inputsPerWorker },
  )

  return {
    workers: () => sessions.all().map(({ worker }) => worker),
    onChange: sessions.onChange,
    onResult(taker) {
      sink = taker
    },
    onInput(giver) {
      source = giver
    },
    async lease(peer, spec, request) {
      const session = sessions.get(peer)
      const end = session
        ? await runLease({ clock, logger, refusals }, compiled, { session, spec, ...request })
        : ({ type: 'lost' } as const)
      metrics.leasesEnded.inc({ end: end.type })
      return end
    },
    async disconnect(peer, error) {
      await sessions.get(peer)?.end('disconnected', error)
    },
    async close() {
      stopWatch()
      const { session, result, input } = PROTOCOL_IDS
      await libp2p.unhandle([...session, ...result, ...input])
      await Promise.all(sessions.all().map((each) => each.end('disconnected', shuttingDown)))
    },
  }
}
