import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from '../src/index.ts'

function capture(options: LoggerOptions) {
  const lines: string[] = []
  const log = createLogger(options, { write: (text) => lines.push(text) })
  return { log, lines }
}

describe('createLogger', () => {
  it('writes one JSON object a line with level, time, message and fields', () => {
    const { log, lines } = capture({ fields: { app: 'coordinator' } })
    log.child({ part: 'http' }).warn('slow request', { ms: 12 })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.endsWith('\n')).toBe(true)
    const line = JSON.parse(lines[0] ?? '')
    expect(line).toMatchObject({
      level: 'warn',
      msg: 'slow request',
      app: 'coordinator',
      part: 'http',
      ms: 12,
    })
    expect(new Date(line.time).toISOString()).toBe(line.time)
  })

  it('drops lines below its level', () => {
    const { log, lines } = capture({ level: 'warn' })
    log.info('quiet')
    log.error('loud')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['loud'])
  })

  it('hides prompts and keys in fields of the call and of children', () => {
    const { log, lines } = capture({ level: 'debug' })
    log.child({ apiKey: 'rvk_child' }).debug('x', { prompt: 'red apple', note: 'rvk_abcdefghijkl' })
    expect(lines.join('')).not.toMatch(/red apple|rvk_child|rvk_abcdefghijkl/)
  })

  it('writes short lines for a terminal, errors with their stack', () => {
    const { log, lines } = capture({ format: 'pretty' })
    log.error('worker left', { worker: 'attic', error: new Error('socket closed') })
    expect(lines[0]).toContain('worker left')
    expect(lines[0]).toContain('worker=attic')
    expect(lines[0]).toContain('Error: socket closed')
  })

  it('does not let a field move the cursor of a terminal', () => {
    const { log, lines } = capture({ format: 'pretty' })
    log.info('named', { name: 'evil\u001b[2J', error: new Error('gone\u001b[2J') })
    expect(lines[0]).not.toContain('\u001b[2J')
  })
})
