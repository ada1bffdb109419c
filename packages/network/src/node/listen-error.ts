import { multiaddr } from '@multiformats/multiaddr'
import { ReverieError } from '@reverie/core'

/** @throws ReverieError `invalid_option` naming the address that is not a TCP multiaddr */
export function checkListenAddresses(addresses: readonly string[]): string[] {
  for (const address of addresses) {
    if (!isTcpMultiaddr(address)) {
      throw new ReverieError(
        'invalid_option',
        `cannot listen on "${address}": give a multiaddr such as /ip4/0.0.0.0/tcp/4650`,
        { field: 'listen', accepted: '/ip4/<address>/tcp/<port>' },
      )
    }
  }
  return [...addresses]
}

function isTcpMultiaddr(address: string): boolean {
  try {
    return multiaddr(address)
      .getComponents()
      .some(({ name }) => name === 'tcp')
  } catch {
    return false
  }
}

/** What went wrong as libp2p started to listen, in a code of ours. */
export function listenError(addresses: readonly string[], cause: unknown): ReverieError {
  const wanted = addresses.join(', ')
  // libp2p folds the socket errors of all addresses into the text of one error.
  const text = cause instanceof Error ? cause.message : String(cause)
  if (text.includes('EADDRINUSE')) {
    return new ReverieError(
      'address_in_use',
      `cannot listen on ${wanted}: the port is taken; stop the other program or choose another port`,
      { addresses: wanted },
      { cause },
    )
  }
  if (text.includes('EACCES')) {
    return new ReverieError(
      'invalid_option',
      `cannot listen on ${wanted}: this user may not open that port; choose one above 1023`,
      { field: 'listen', accepted: 'a port above 1023' },
      { cause },
    )
  }
  if (text.includes('EADDRNOTAVAIL')) {
    return new ReverieError(
      'invalid_option',
      `cannot listen on ${wanted}: this machine has no such address; /ip4/0.0.0.0 takes all it has`,
      { field: 'listen', accepted: 'an address of this machine' },
      { cause },
    )
  }
  return ReverieError.from(cause)
}
