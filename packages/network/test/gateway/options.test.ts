import { describe, expect, it } from 'vitest'
import { compileGatewayOptions, DEFAULT_GATEWAY_OPTIONS } from '../../src/gateway/options.ts'

describe('gateway options', () => {
  it('are complete and frozen without a word', () => {
    const options = compileGatewayOptions({})
    expect(options).toEqual(DEFAULT_GATEWAY_OPTIONS)
    expect(Object.isFrozen(options)).toBe(true)
  })

  it.each([
    [{ heartbeatMs: 0 }, 'heartbeatMs'],
    [{ heartbeatMs: 1.5 }, 'heartbeatMs'],
    [{ silenceMs: 10_000_000 }, 'silenceMs'],
    [{ heartbeatMs: 4_000, silenceMs: 6_000 }, 'silenceMs'],
  ])('are refused as %j', (options, field) => {
    expect(() => compileGatewayOptions(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        facts: expect.objectContaining({ field }),
      }),
    )
  })
})
