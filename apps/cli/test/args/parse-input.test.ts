import { ReverieError } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { parseInput, parseValues } from '../../src/args/parse-input.ts'
import { HttpUrl, Port } from '../../src/args/values.ts'

const flags = { port: { type: 'string', value: '<n>', about: 'port' } } as const

const errorOf = (run: () => unknown): ReverieError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ReverieError) return error
  }
  throw new Error('no ReverieError was thrown')
}

describe('parseInput', () => {
  it('separates flags and operands and knows the common flags', () => {
    const { values, operands } = parseInput(['cat', '--port=1', '--json', '-h'], flags)
    expect(values).toEqual({ port: '1', json: true, help: true })
    expect(operands).toEqual(['cat'])
  })

  it('names the nearest flag for a mistyped one', () => {
    const error = errorOf(() => parseInput(['--prot', '1'], flags))
    expect(error.code).toBe('invalid_option')
    expect(error.message).toBe('There is no option --prot. Did you mean --port?')
    expect(error.facts.accepted).toContain('--port')
  })

  it('says which flag lacks its value', () => {
    expect(errorOf(() => parseInput(['--port'], flags)).message).toContain('--port')
  })

  it.each([
    ['--port', '--port=<value>'],
    ['-p', '-p<value>'],
  ])('says how to give %s a value that starts with a dash', (flag, joined) => {
    const short = { port: { ...flags.port, short: 'p' } }
    const error = errorOf(() => parseInput([flag, '-1'], short))
    expect(error.facts.field).toBe(flag)
    expect(error.message).toContain(`write ${joined}.`)
  })
})

describe('parseValues', () => {
  it.each(['-1', '65536', '80a', '', '1e3'])('refuses %j as a port, with the range', (port) => {
    const error = errorOf(() => parseValues(z.object({ port: Port }), { port }))
    expect(error.message).toBe(
      `--port is ${JSON.stringify(port)}: must be a whole number from 0 to 65535`,
    )
  })

  it('turns text into a number', () => {
    expect(parseValues(z.object({ port: Port }), { port: '7420' })).toEqual({ port: 7420 })
  })

  it.each(['localhost:7420', 'file:///etc/passwd', 'x'])('refuses %s as an address', (url) => {
    expect(errorOf(() => parseValues(z.object({ url: HttpUrl }), { url })).facts.field).toBe(
      '--url',
    )
  })
})
