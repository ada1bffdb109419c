import { newJobId, type RenderEvent } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { EventStream } from '../../../src/http/events/event-stream.ts'

const job = newJobId()
const progress = (step: number, index = 0): RenderEvent => ({
  type: 'progress',
  job,
  index,
  step,
  of: 1_000_000,
})
const failed = (index: number): RenderEvent => ({
  type: 'failed',
  job,
  index,
  code: 'worker_lost',
  message: 'x'.repeat(1000),
})

async function readAll(stream: EventStream): Promise<string> {
  let text = ''
  for await (const piece of stream) text += piece
  return text
}

const idsIn = (text: string) => Array.from(text.matchAll(/^id: (\d+)$/gm), ([, id]) => Number(id))

describe('EventStream', () => {
  it('opens with something to read and numbers its events', async () => {
    const stream = new EventStream(0)
    stream.event(progress(1))
    stream.event(progress(2))
    stream.finish()
    const text = await readAll(stream)
    expect(text).toMatch(/^retry: 1000\n: watching\n\nid: 1\nevent: progress\ndata: \{/)
    expect(idsIn(text)).toEqual([1, 2])
  })

  it('goes on counting where an earlier connection stopped', async () => {
    const stream = new EventStream(41)
    stream.event(progress(1))
    stream.finish()
    expect(idsIn(await readAll(stream))).toEqual([42])
  })

  it('keeps only the newest progress for a reader that lags, and every end', async () => {
    const stream = new EventStream(0)
    const many = 100_000
    for (let step = 1; step <= many; step++) stream.event(progress(step))
    stream.event(failed(0))
    stream.finish()
    const text = await readAll(stream)
    expect(idsIn(text).length).toBeLessThan(1_000)
    expect(text).toContain(`"step":${many},`)
    expect(text).toContain('event: failed')
    expect(idsIn(text)).toEqual(idsIn(text).toSorted((a, b) => a - b))
  })

  it('cuts off a reader that is hopelessly behind', () => {
    const stream = new EventStream(0)
    for (let index = 0; index < 2_000; index++) stream.event(failed(index))
    expect(stream.destroyed).toBe(true)
  })

  it('sends no heartbeat to a reader that has something to read', async () => {
    const idle = new EventStream(0)
    idle.heartbeat()
    idle.finish()
    expect(await readAll(idle)).toContain(': still here')

    const busy = new EventStream(0)
    for (let index = 0; index < 100; index++) busy.event(failed(index))
    busy.heartbeat()
    busy.finish()
    expect(await readAll(busy)).not.toContain(': still here')
  })
})
