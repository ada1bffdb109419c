import { describe, expect, it } from 'vitest'
import { createMetrics } from '../src/index.ts'

describe('createMetrics', () => {
  it('exposes what was counted, set and observed as Prometheus text', async () => {
    const { register, text, contentType } = createMetrics({ processMetrics: false })
    register
      .counter({ name: 'reverie_a_total', help: 'A.', labels: ['kind'] })
      .inc({ kind: 'x' }, 3)
    register.gauge({ name: 'reverie_b', help: 'B.' }).set(7)
    register.histogram({ name: 'reverie_c_seconds', help: 'C.', buckets: [1, 5] }).observe(2)
    const exposed = await text()
    expect(contentType).toContain('text/plain')
    expect(exposed).toContain('reverie_a_total{kind="x"} 3')
    expect(exposed).toContain('reverie_b 7')
    expect(exposed).toContain('reverie_c_seconds_bucket{le="5"} 1')
  })

  it('gives the same metric to two parts that ask for one name', async () => {
    const { register, text } = createMetrics({ processMetrics: false })
    const options = { name: 'reverie_a_total', help: 'A.' }
    register.counter(options).inc()
    register.counter(options).inc()
    expect(await text()).toContain('reverie_a_total 2')
  })

  it('describes the process unless told not to', async () => {
    expect(await createMetrics().text()).toContain('process_resident_memory_bytes')
    expect(await createMetrics({ processMetrics: false }).text()).not.toContain('process_')
  })
})
