import { createFakeClock, createRecordingLogger } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { startVacuum } from '../../src/pglite/vacuum.ts'

const INTERVAL_MS = 1_000

describe('startVacuum', () => {
  it('vacuums at every interval, also after one that failed, until it is stopped', async () => {
    const clock = createFakeClock()
    const logger = createRecordingLogger()
    const statements: string[] = []
    const exec = async (sql: string) => {
      statements.push(sql)
      if (statements.length === 1) throw new Error('disk full')
    }
    const stop = startVacuum({ clock, logger, exec }, INTERVAL_MS)
    await clock.advance(INTERVAL_MS - 1)
    expect(statements).toEqual([])
    await clock.advance(INTERVAL_MS + 1)
    expect(statements).toEqual(['vacuum (analyze)', 'vacuum (analyze)'])
    expect(logger.lines.map((line) => line.level)).toEqual(['warn', 'debug'])
    await stop()
    expect(clock.pending()).toBe(0)
  })
})
