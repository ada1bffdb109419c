import { createHash } from 'node:crypto'
import { MAX_INPUT_BYTES, ReverieError, Sha256 } from '@reverie/core'
import { buildJobSpec, buildSha256 } from '@reverie/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GatewayOptions } from '../../src/index.ts'
import { createHarness, QUICK } from '../harness.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})
const setUp = async (options: Partial<GatewayOptions> = {}) => {
  const coordinator = await harness.coordinator({ options: { ...QUICK, ...options } })
  const worker = await harness.joined(coordinator)
  return { coordinator, worker }
}
const { job } = buildJobSpec()
const hashOf = (file: Uint8Array) => Sha256.parse(createHash('sha256').update(file).digest('hex'))

describe('an input picture', () => {
  it('may be as large as an input may be, and arrives bit for bit', async () => {
    const { coordinator, worker } = await setUp()
    const file = new Uint8Array(MAX_INPUT_BYTES)
    for (let at = 0; at < file.length; at += 4_096) file[at] = at / 4_096
    coordinator.gateway.onInput(async () => file)
    const startedAt = performance.now()
    const arrived = await worker.link.input(job, hashOf(file))
    console.info(`16 MiB input: ${Math.round(performance.now() - startedAt)} ms`)
    expect(hashOf(arrived)).toBe(hashOf(file))
    expect(coordinator.changes.map(({ type }) => type)).toEqual(['joined'])
  })

  it('that is another file than was asked for is not taken', async () => {
    const { coordinator, worker } = await setUp()
    coordinator.gateway.onInput(async () => Uint8Array.of(1, 2, 3))
    await expect(worker.link.input(job, buildSha256('another'))).rejects.toMatchObject({
      code: 'input_invalid',
    })
    expect(worker.link.state()).toBe('connected')
  })

  it.each([
    ['cannot be read now', new ReverieError('storage_unavailable', 'the disk is away')],
    ['is larger than any may be', undefined],
  ])('that %s can be asked for again', async (_name, error) => {
    const { coordinator, worker } = await setUp()
    const file = Uint8Array.of(1)
    let asked = 0
    coordinator.gateway.onInput(async () => {
      asked += 1
      if (asked > 1) return file
      if (error) throw error
      return new Uint8Array(MAX_INPUT_BYTES + 1)
    })
    await expect(worker.link.input(job, hashOf(file))).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
    expect(await worker.link.input(job, hashOf(file))).toEqual(file)
  })

  it('cannot be had before there is a session, nor after it', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.worker(coordinator.address)
    const unreachable = { code: 'coordinator_unreachable' }
    await expect(worker.link.input(job, buildSha256('x'))).rejects.toMatchObject(unreachable)
    const joined = await harness.joined(coordinator)
    coordinator.gateway.onInput(() => new Promise(() => {}))
    const fetching = joined.link.input(job, buildSha256('x'))
    for (const connection of coordinator.node.libp2p.getConnections()) {
      connection.abort(new Error('the process died'))
    }
    await expect(fetching).rejects.toMatchObject(unreachable)
  })

  it('is no longer waited for when its job is cancelled', async () => {
    const { coordinator, worker } = await setUp()
    const asked = Promise.withResolvers<void>()
    coordinator.gateway.onInput(() => {
      asked.resolve()
      return new Promise(() => {})
    })
    const cancel = new AbortController()
    const { signal } = cancel
    const fetching = worker.link.input(job, buildSha256('x'), { signal })
    await asked.promise
    cancel.abort(new ReverieError('cancelled', 'stop'))
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('waits for its turn while as many are given as may be at once', async () => {
    const { coordinator, worker } = await setUp({ inputsAtOnce: 1 })
    const file = Uint8Array.of(1)
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let asked = 0
    coordinator.gateway.onInput(async () => {
      await gates[asked++]?.promise
      return file
    })
    const both = [worker.link.input(job, hashOf(file)), worker.link.input(job, hashOf(file))]
    await vi.waitFor(() => expect(asked).toBe(1))
    gates[1]?.resolve()
    gates[0]?.resolve()
    expect(await Promise.all(both)).toEqual([file, file])
    expect(asked).toBe(2)
  })
})
