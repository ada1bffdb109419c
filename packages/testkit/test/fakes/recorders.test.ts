import { newJobId, newRenderId } from '@reverie/core'
import { createMemoryEvents, createRecordingLogger, createRecordingMetrics } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'

describe('createRecordingLogger', () => {
  it('keeps the lines of itself and its children with their fields', () => {
    const logger = createRecordingLogger()
    logger.child({ job: 'a' }).warn('slow', { ms: 3 })
    logger.info('ready')
    expect(logger.lines).toEqual([
      { level: 'warn', message: 'slow', fields: { job: 'a', ms: 3 } },
      { level: 'info', message: 'ready', fields: {} },
    ])
  })
})

describe('createRecordingMetrics', () => {
  it('keeps values by name and labels, in any order of labels', () => {
    const metrics = createRecordingMetrics()
    const jobs = metrics.counter({ name: 'jobs', help: '' })
    jobs.inc({ state: 'done', lane: 'a' })
    jobs.inc({ lane: 'a', state: 'done' }, 2)
    metrics.gauge({ name: 'workers', help: '' }).set(4)
    metrics.histogram({ name: 'seconds', help: '', buckets: [1] }).observe(0.5)
    expect(metrics.value('jobs', { lane: 'a', state: 'done' })).toBe(3)
    expect(metrics.value('workers')).toBe(4)
    expect(metrics.value('seconds')).toBe(1)
    expect(metrics.value('unknown')).toBe(0)
  })
})

describe('createMemoryEvents', () => {
  it('tells subscribers of a render its events, and keeps them', () => {
    const bus = createMemoryEvents()
    const [render, other] = [newRenderId(), newRenderId()]
    const heard: string[] = []
    const stop = bus.subscribe(render, (event) => heard.push(event.type))
    bus.publish(render, { type: 'queued', job: newJobId(), index: 0, position: 0 })
    bus.publish(other, { type: 'done', state: 'completed' })
    stop()
    bus.publish(render, { type: 'done', state: 'completed' })
    expect(heard).toEqual(['queued'])
    expect(bus.published(render).map((event) => event.type)).toEqual(['queued', 'done'])
  })
})
