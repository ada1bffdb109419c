import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { networkOf } from '../../src/node/connection-guard.ts'

describe('the address that connections are counted by', () => {
  it.each([
    ['/ip4/192.0.2.7/tcp/4650', '192.0.2.7'],
    ['/ip6/2001:db8:1:2:3:4:5:6/tcp/4650', '2001:db8:1:2'],
    ['/ip6/2001:db8::1/tcp/4650', '2001:db8:0:0'],
    ['/ip6/::1/tcp/4650', '0:0:0:0'],
    ['/dns4/example.org/tcp/4650', 'other'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(multiaddr(address))).toBe(network)
  })
})
