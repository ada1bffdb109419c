import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { receiveJoin } from '../src/join-message.ts'

const ADDRESS = '/ip4/127.0.0.1/tcp/7421/p2p/12D3Koo'

describe('the address of the coordinator', () => {
  it('is what the parent tells; other messages are none of it', async () => {
    const parent = new EventEmitter()
    const address = receiveJoin(parent, new AbortController().signal)
    for (const message of ['join', { type: 'join' }, { type: 'join', address: 'localhost:7421' }]) {
      parent.emit('message', message)
    }
    parent.emit('message', { type: 'join', address: ADDRESS })
    await expect(address).resolves.toBe(ADDRESS)
    expect(parent.listenerCount('message')).toBe(0)
  })

  it('is not waited for any longer when the worker has to stop', async () => {
    const parent = new EventEmitter()
    const stop = new AbortController()
    const address = receiveJoin(parent, stop.signal)
    const why = new Error('asked to stop')
    stop.abort(why)
    await expect(address).rejects.toBe(why)
    await expect(receiveJoin(parent, stop.signal)).rejects.toBe(why)
    expect(parent.listenerCount('message')).toBe(0)
  })
})
