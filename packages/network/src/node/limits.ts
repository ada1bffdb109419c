/** What strangers may cost us. Times in milliseconds. */
export interface NodeLimits {
  /** Open connections in all. */
  readonly connections: number
  /** Open or half-open connections of one IPv4 address or IPv6 /64 network. */
  readonly connectionsPerAddress: number
  /** New connections per second of one address. */
  readonly newConnectionsPerSecond: number
  /** Inbound connections that have not finished their handshake, in all. */
  readonly pendingConnections: number
  /** Streams that the other side may hold open on one connection, all protocols together. */
  readonly streamsPerConnection: number
  /** For the handshake of a connection, and for choosing the protocol of a stream. */
  readonly handshakeMs: number
  /** A dial, handshake included. */
  readonly dialMs: number
  /** A socket without a byte for so long is closed. */
  readonly socketIdleMs: number
}

/** A coordinator for ten thousand workers; a worker needs less and is not hurt by these. */
export const DEFAULT_NODE_LIMITS: NodeLimits = {
  connections: 12_000,
  connectionsPerAddress: 256,
  newConnectionsPerSecond: 50,
  pendingConnections: 256,
  streamsPerConnection: 160,
  handshakeMs: 5_000,
  dialMs: 10_000,
  socketIdleMs: 60_000,
}

/**
 * Bytes that one stream may have under way. More fills fat long links better, but it is also what a peer can make us
 * hold for a stream nobody reads; it must stay below the stream's read buffer, which libp2p resets when it overflows.
 */
export const MAX_STREAM_WINDOW_BYTES: number = 2 * 1_024 * 1_024
export const READ_BUFFER_BYTES: number = 2 * MAX_STREAM_WINDOW_BYTES
