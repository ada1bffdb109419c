import { describe, expect, it } from 'vitest'
import { parseInput } from '../../src/args/parse-input.ts'
import {
  coordinatorArgs,
  localAddress,
  parseUpOptions,
  portsOf,
  remoteAddress,
  UP_FLAGS,
  workerArgs,
} from '../../src/up/up-options.ts'

const parse = (...argv: string[]) => parseUpOptions(parseInput(argv, UP_FLAGS).values)
const lan = '/ip4/192.168.1.2/tcp/7421/p2p/12D3'
const loopback = '/ip4/127.0.0.1/tcp/7421/p2p/12D3'

describe('up options', () => {
  it('have the documented defaults', () => {
    expect(parse()).toEqual({
      port: 7420,
      'listen-port': 7421,
      host: '127.0.0.1',
      'no-worker': false,
      'log-level': 'info',
    })
  })

  it.each([
    ['--port', '70000'],
    ['--host', 'example.com'],
    ['--threads', '0'],
    ['--log-level', 'loud'],
  ])('refuse %s %s', (flag, value) => {
    expect(() => parse(flag, value)).toThrow(flag)
  })

  it('become the flags of the two programs', () => {
    const options = parse('--port', '0', '--name', 'attic', '--threads', '2')
    const first = coordinatorArgs('/data', options, { newOwnerKey: true, ports: undefined })
    expect(first.join(' ')).toBe(
      '--data /data/coordinator --models /data/models --host 127.0.0.1 --port 0 --listen-port 7421 --log-level info --new-owner-key',
    )
    expect(workerArgs('/data', options).join(' ')).toBe(
      '--data /data/worker --models /data/models --join parent --name attic --threads 2 --log-level info',
    )
  })

  it('bring the coordinator back on the ports it had', () => {
    const ports = portsOf({ url: 'http://127.0.0.1:34567', multiaddrs: [loopback] })
    expect(ports).toEqual({ http: 34567, workers: 7421 })
    const again = coordinatorArgs('/data', parse('--port', '0'), { newOwnerKey: false, ports })
    expect(again).toContain('34567')
    expect(again).not.toContain('--new-owner-key')
  })

  it('let the worker here dial loopback and show others another address', () => {
    expect(localAddress([lan, loopback])).toBe(loopback)
    expect(remoteAddress([loopback, lan])).toBe(lan)
    expect(remoteAddress([loopback])).toBe(loopback)
  })
})
