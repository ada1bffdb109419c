/**
 * Names of Reverie's libp2p protocols, `/reverie/<name>/<semver>`. Each list holds what this build speaks, newest first:
 * the side that opens a stream offers the whole list and multistream-select settles on the first that the other side
 * serves, so a release that adds a major version keeps serving the one before.
 */
export const PROTOCOL_IDS = {
  /** Opened by the worker, once per connection: who it is, what it can do, and signs of life. */
  session: ['/reverie/session/1.0.0'],
  /** Opened by the coordinator, once per lease, on the connection that the worker dialled. */
  job: ['/reverie/job/1.0.0'],
  /** Opened by the worker, once per delivery of a finished job. */
  result: ['/reverie/result/1.0.0'],
  /** Opened by the worker, once per input picture of a job that it holds. */
  input: ['/reverie/input/1.0.0'],
} as const satisfies Record<string, readonly [string, ...string[]]>

export type ProtocolName = keyof typeof PROTOCOL_IDS

/** Version of the messages, carried by the first one of every stream: the major version of the protocol id. */
export const MESSAGE_VERSION = 1
