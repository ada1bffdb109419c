import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { silentLogger } from '@reverie/core'
import { createRecordingMetrics } from '@reverie/testkit'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createNode,
  generateIdentity,
  type NetworkNode,
  type NodeOptions,
} from '../../src/index.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})
const metrics = createRecordingMetrics()

async function node(options: NodeOptions = {}): Promise<NetworkNode> {
  const identity = await generateIdentity()
  const one = await createNode({ identity, logger: silentLogger, metrics }, options)
  stops.push(one.stop)
  return one
}
const listening = (options: NodeOptions = {}) =>
  node({ listen: ['/ip4/127.0.0.1/tcp/0'], ...options })
const dial = (from: NetworkNode, to: NetworkNode) =>
  from.libp2p.dial(multiaddr(to.addresses()[0] ?? ''), { force: true })

describe('a node', () => {
  it('says where it can be dialled, and as whom', async () => {
    const one = await listening()
    expect(one.addresses()).toEqual([
      expect.stringMatching(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${one.peer}$`)),
    ])
  })

  it('listens nowhere unless told to', async () => {
    const one = await node()
    expect(one.addresses()).toEqual([])
  })

  it('names the address when its port is taken', async () => {
    const first = await listening()
    const [listen = ''] = (first.addresses()[0] ?? '').split('/p2p/')
    await expect(node({ listen: [listen] })).rejects.toMatchObject({
      code: 'address_in_use',
      message: expect.stringContaining(listen),
    })
  })

  it.each(['localhost:4650', '', '/ip4/127.0.0.1', '/ip4/999.0.0.1/tcp/0'])(
    'refuses to listen on %j',
    async (listen) => {
      await expect(node({ listen: [listen] })).rejects.toMatchObject({ code: 'invalid_option' })
    },
  )

  it('refuses to listen on an address that is not of this machine', async () => {
    await expect(node({ listen: ['/ip4/192.0.2.1/tcp/0'] })).rejects.toMatchObject({
      code: 'invalid_option',
    })
  })

  it('takes only so many connections of one address, and more when one is closed', async () => {
    const one = await listening({ limits: { connectionsPerAddress: 2 } })
    const others = await Promise.all([node(), node(), node()])
    const [first, second, third] = others as [NetworkNode, NetworkNode, NetworkNode]
    const open = await dial(first, one)
    await dial(second, one)
    await expect(dial(third, one)).rejects.toThrow()
    expect(
      metrics.value('reverie_network_connections_denied_total', { reason: 'address' }),
    ).toBeGreaterThan(0)
    open.abort(new Error('done'))
    await vi.waitFor(() => expect(one.libp2p.getConnections()).toHaveLength(1))
    expect((await dial(third, one)).status).toBe('open')
  })

  it('takes only so many connections in all', async () => {
    const one = await listening({ limits: { connections: 1 } })
    const [first, second] = (await Promise.all([node(), node()])) as [NetworkNode, NetworkNode]
    await dial(first, one)
    await expect(dial(second, one)).rejects.toThrow()
    expect(one.libp2p.getConnections()).toHaveLength(1)
  })

  it('refuses a peer whose key is not Ed25519', async () => {
    const one = await listening()
    const other = await createLibp2p({
      privateKey: await generateKeyPair('secp256k1'),
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    })
    stops.push(async () => other.stop())
    await other.dial(multiaddr(one.addresses()[0] ?? '')).catch(() => {})
    await vi.waitFor(() => {
      expect(
        metrics.value('reverie_network_connections_denied_total', { reason: 'key' }),
      ).toBeGreaterThan(0)
    })
    expect(one.libp2p.getConnections()).toEqual([])
  })

  it('forgets peers that left', async () => {
    const one = await listening()
    const other = await node()
    const connection = await dial(other, one)
    await vi.waitFor(() => expect(one.libp2p.getConnections()).toHaveLength(1))
    await one.libp2p.peerStore.merge(other.libp2p.peerId, { protocols: ['/x/1'] })
    connection.abort(new Error('done'))
    await vi.waitFor(async () => {
      expect(await one.libp2p.peerStore.has(other.libp2p.peerId)).toBe(false)
    })
  })

  it('lets go of its port when it stops', async () => {
    const one = await listening()
    const [listen = ''] = (one.addresses()[0] ?? '').split('/p2p/')
    await one.stop()
    const again = await node({ listen: [listen] })
    expect(again.addresses()[0]).toContain(listen)
  })
})
