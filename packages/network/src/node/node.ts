import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { type Logger, type MetricsRegister, noMetrics, type PeerId } from '@reverie/core'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import type { Identity } from '../identity.ts'
import { type NetworkMetrics, registerNetworkMetrics } from '../metrics.ts'
import { createConnectionGuard } from './connection-guard.ts'
import {
  DEFAULT_NODE_LIMITS,
  MAX_STREAM_WINDOW_BYTES,
  type NodeLimits,
  READ_BUFFER_BYTES,
} from './limits.ts'
import { checkListenAddresses, listenError } from './listen-error.ts'

/** A started libp2p node: one per process, shared by what speaks protocols over it. */
export interface NetworkNode {
  readonly peer: PeerId
  /** Multiaddrs that others can dial, `/p2p/` id included. Empty for a node that does not listen. */
  addresses(): string[]
  /** For protocols of this package. */
  readonly libp2p: Libp2p
  readonly metrics: NetworkMetrics
  readonly limits: NodeLimits
  /** Closes every connection and the listening sockets. */
  stop(): Promise<void>
}

export interface NodeModules {
  readonly identity: Identity
  readonly logger: Logger
  readonly metrics?: MetricsRegister
}

export interface NodeOptions {
  /** Multiaddrs, e.g. "/ip4/0.0.0.0/tcp/4650"; port 0 takes a free one. A worker needs none: it dials out. */
  readonly listen?: readonly string[]
  readonly limits?: Partial<NodeLimits>
}

/**
 * Starts a node: TCP, Noise, yamux.
 * @throws ReverieError `invalid_option` for an address that is no multiaddr, `address_in_use` for a taken port
 */
export async function createNode(
  modules: NodeModules,
  options: NodeOptions = {},
): Promise<NetworkNode> {
  const { identity, logger } = modules
  const listen = checkListenAddresses(options.listen ?? [])
  const limits = { ...DEFAULT_NODE_LIMITS, ...options.limits }
  const metrics = registerNetworkMetrics(modules.metrics ?? noMetrics)
  const gater = createConnectionGuard({ logger, metrics }, limits)
  const libp2p = await createLibp2p({
    ...libp2pOptions(limits),
    privateKey: identity.privateKey,
    addresses: { listen },
    connectionGater: gater,
  })
  try {
    await libp2p.start()
  } catch (cause) {
    throw listenError(listen, cause)
  }
  const forget = ({ detail: peer }: CustomEvent<Libp2p['peerId']>) => {
    // Its peer store would remember every stranger that ever connected.
    libp2p.peerStore.delete(peer).catch((error: unknown) => {
      logger.debug('could not forget a peer', { error: String(error) })
    })
  }
  libp2p.addEventListener('peer:disconnect', forget)
  return {
    peer: identity.peer,
    addresses: () => (listen.length === 0 ? [] : libp2p.getMultiaddrs().map(String)),
    libp2p,
    metrics,
    limits,
    stop: async () => libp2p.stop(),
  }
}

const libp2pOptions = (limits: NodeLimits): Libp2pOptions => ({
  start: false,
  nodeInfo: { userAgent: 'reverie' },
  transports: [
    tcp({
      inboundSocketInactivityTimeout: limits.socketIdleMs,
      outboundSocketInactivityTimeout: limits.socketIdleMs,
    }),
  ],
  connectionEncrypters: [noise()],
  streamMuxers: [
    yamux({
      maxInboundStreams: limits.streamsPerConnection,
      streamOptions: {
        maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES,
        maxReadBufferLength: READ_BUFFER_BYTES,
      },
    }),
  ],
  connectionManager: {
    maxConnections: limits.connections,
    inboundConnectionThreshold: limits.newConnectionsPerSecond,
    maxIncomingPendingConnections: limits.pendingConnections,
    inboundUpgradeTimeout: limits.handshakeMs,
    inboundStreamProtocolNegotiationTimeout: limits.handshakeMs,
    outboundStreamProtocolNegotiationTimeout: limits.handshakeMs,
    dialTimeout: limits.dialMs,
    addressDialTimeout: limits.dialMs,
    // Who dials again, when and how often is the coordinator link's business.
    reconnectRetries: 0,
  },
  // Sessions have their own heartbeat, on a stream that is open anyway; a ping stream per connection and interval
  // would cost a coordinator of ten thousand workers a thousand streams a second.
  connectionMonitor: { enabled: false },
  services: {
    // A session's first message says more than identify does; it only answers others.
    identify: identify({ runOnConnectionOpen: false }),
    ping: ping(),
  },
})
