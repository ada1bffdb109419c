import type { Connection, Libp2p } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Clock, ErrorObject, WorkerProfile } from '@reverie/core'
import { PeerId, ReverieError } from '@reverie/core'
import {
  PROTOCOL_IDS,
  type SessionFromCoordinator,
  type SessionFromWorker,
  sessionFromCoordinator,
  sessionFromWorker,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import { deadline } from '../timing/deadline.ts'

type CoordinatorChannel = Channel<SessionFromCoordinator, SessionFromWorker>

export interface Welcome {
  readonly channel: CoordinatorChannel
  readonly coordinator: PeerId
  readonly heartbeatMs: number
  readonly silenceMs: number
}

export type Greeting =
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'refused'; readonly error: ErrorObject }

/** @throws ReverieError `invalid_option` */
export function parseCoordinatorAddress(text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch (cause) {
    throw new ReverieError(
      'invalid_option',
      `"${text}" is no address of a coordinator: give a multiaddr such as /ip4/192.0.2.7/tcp/4650/p2p/12D3KooW...`,
      { field: 'coordinator', accepted: '/ip4/<address>/tcp/<port>[/p2p/<peer id>]' },
      { cause },
    )
  }
}

/** @throws ReverieError `coordinator_unreachable` */
export async function dial(
  libp2p: Libp2p,
  address: Multiaddr,
  signal: AbortSignal,
): Promise<Connection> {
  try {
    // `force`: a connection left over from an earlier session may be dead.
    return await libp2p.dial(address, { signal, force: true })
  } catch (cause) {
    throw unreachable(address, (cause as Error).message, cause)
  }
}

/**
 * Says hello on a fresh connection and waits for the answer.
 * @throws ReverieError `coordinator_unreachable` when there is none, or a code of a message error
 */
export async function greet(
  { clock, touch }: { readonly clock: Clock; readonly touch: () => void },
  {
    connection,
    profile,
    helloMs,
  }: {
    readonly connection: Connection
    readonly profile: WorkerProfile
    readonly helloMs: number
  },
  stop: AbortSignal,
): Promise<Greeting> {
  const address = connection.remoteAddr
  const late = () => unreachable(address, `no answer within ${helloMs} ms`)
  using limit = deadline(clock, helloMs, late, stop)
  const { signal } = limit
  const stream = await connection
    .newStream([...PROTOCOL_IDS.session], { signal })
    .catch((cause: Error) => {
      throw unreachable(address, `it speaks no session protocol of ours: ${cause.message}`, cause)
    })
  const channel: CoordinatorChannel = openChannel(stream, {
    inbound: sessionFromCoordinator,
    outbound: sessionFromWorker,
    clock,
    onBytes: touch,
  })
  await channel.send({ type: 'hello', v: 1, profile }, { signal })
  const answer = await channel.receive({ signal })
  switch (answer?.type) {
    case 'welcome': {
      const coordinator = PeerId.parse(connection.remotePeer.toString())
      const { heartbeatMs, silenceMs } = answer
      return { type: 'welcome', welcome: { channel, coordinator, heartbeatMs, silenceMs } }
    }
    case 'refused':
    case 'goodbye':
      return { type: 'refused', error: answer.error }
    case 'heartbeat':
      throw new ReverieError('protocol_violation', 'the coordinator answered hello by a heartbeat')
    case undefined:
      throw unreachable(address, 'it closed the connection without an answer')
  }
}

const unreachable = (address: Multiaddr, why: string, cause?: unknown) =>
  new ReverieError(
    'coordinator_unreachable',
    `no coordinator answers at ${address.toString()}: ${why}`,
    {},
    { cause },
  )
