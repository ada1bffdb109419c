import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Logger } from '@reverie/core'
import type { NetworkMetrics } from '../metrics.ts'

interface GuardModules {
  readonly logger: Logger
  readonly metrics: NetworkMetrics
}

/** Turns strangers away before they cost a handshake (too many from one address) or a session (no Ed25519 key). */
export function createConnectionGuard(
  { logger, metrics }: GuardModules,
  { connectionsPerAddress }: { readonly connectionsPerAddress: number },
): ConnectionGater {
  const open = new Map<string, number>()

  const count = (address: string, by: number) => {
    const next = (open.get(address) ?? 0) + by
    if (next > 0) open.set(address, next)
    else open.delete(address)
  }
  const hasOtherKey = (peer: PeerId): boolean => {
    if (peer.type === 'Ed25519') return false
    metrics.connectionsDenied.inc({ reason: 'key' })
    logger.debug('refused a connection of a peer without an Ed25519 key')
    return true
  }

  return {
    denyInboundConnection(connection: MultiaddrConnection): boolean {
      const address = networkOf(connection.remoteAddr)
      if ((open.get(address) ?? 0) >= connectionsPerAddress) {
        metrics.connectionsDenied.inc({ reason: 'address' })
        logger.debug('refused a connection: too many from its address', { address })
        return true
      }
      count(address, 1)
      connection.addEventListener('close', () => count(address, -1), { once: true })
      return false
    },
    denyInboundEncryptedConnection: hasOtherKey,
    denyOutboundEncryptedConnection: hasOtherKey,
  }
}

/** An IPv4 address, or the /64 network of an IPv6 address: one subscriber gets a whole one of those. */
export function networkOf(address: Multiaddr): string {
  const ip = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  if (ip?.value === undefined) return 'other'
  return ip.name === 'ip4' ? ip.value : first64Bits(ip.value)
}

function first64Bits(ip6: string): string {
  const [head = '', tail] = ip6.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros =
    tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}
