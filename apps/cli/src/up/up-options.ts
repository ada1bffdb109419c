import { isIP } from 'node:net'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { parseValues } from '../args/parse-input.ts'
import { Port, wholeNumber } from '../args/values.ts'
import type { Flags } from '../command.ts'

const MAX_THREADS = 256

/** Shared with `coordinator`. */
export const LISTEN_FLAGS: Flags = {
  port: { type: 'string', value: '<n>', about: 'HTTP port (default 7420; 0 takes a free one)' },
  'listen-port': {
    type: 'string',
    value: '<n>',
    about: 'port that workers dial (default 7421; 0 takes a free one)',
  },
  host: {
    type: 'string',
    value: '<address>',
    about: 'listen on this address (default 127.0.0.1; 0.0.0.0 for every one)',
  },
  'log-level': { type: 'string', value: '<level>', about: 'debug, info, warn or error' },
}

export const UP_FLAGS: Flags = {
  ...LISTEN_FLAGS,
  'no-worker': { type: 'boolean', about: 'coordinator only; workers join from elsewhere' },
  name: { type: 'string', value: '<text>', about: "the worker's name (default: this machine's)" },
  threads: { type: 'string', value: '<n>', about: 'CPU threads of the worker (default: all)' },
  device: {
    type: 'string',
    value: '<list>',
    about: 'what the worker renders on, as `worker --device` (default: auto)',
  },
}

const Values = z.object({
  port: z._default(Port, 7420),
  'listen-port': z._default(Port, 7421),
  host: z._default(
    z
      .string()
      .check(
        z.refine(
          (text) => text === 'localhost' || isIP(text) > 0,
          'must be an IP address or localhost',
        ),
      ),
    '127.0.0.1',
  ),
  'no-worker': z._default(z.boolean(), false),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(40))),
  threads: z.optional(wholeNumber(1, MAX_THREADS)),
  device: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  'log-level': z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
})
export type UpOptions = z.infer<typeof Values>

/** @throws ReverieError `invalid_option` */
export const parseUpOptions = (values: unknown): UpOptions => parseValues(Values, values)

/** Arguments of the coordinator. After a crash it must come back on the ports it had: `ports` are those. */
export function coordinatorArgs(
  home: string,
  options: UpOptions,
  more: { readonly newOwnerKey: boolean; readonly ports: Ports | undefined },
): string[] {
  return [
    ...['--data', join(home, 'coordinator')],
    ...['--models', join(home, 'models')],
    ...['--host', options.host],
    ...['--port', String(more.ports?.http ?? options.port)],
    ...['--listen-port', String(more.ports?.workers ?? options['listen-port'])],
    ...['--log-level', options['log-level']],
    ...(more.newOwnerKey ? ['--new-owner-key'] : []),
  ]
}

/** Arguments of the worker, which is told whom to join over IPC: it starts at the same time as the coordinator. */
export function workerArgs(home: string, options: UpOptions): string[] {
  const { name, threads, device } = options
  return [
    ...['--data', join(home, 'worker')],
    ...['--models', join(home, 'models')],
    ...['--join', 'parent'],
    ...(name === undefined ? [] : ['--name', name]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(device === undefined ? [] : ['--device', device]),
    ...['--log-level', options['log-level']],
  ]
}

export interface Ports {
  readonly http: number
  readonly workers: number
}

/** The ports that were taken, read from what the coordinator says. */
export function portsOf(facts: { url: string; multiaddrs: readonly string[] }): Ports {
  const { port, protocol } = new URL(facts.url)
  const workers = /\/tcp\/(\d+)/.exec(facts.multiaddrs[0] ?? '')?.[1]
  return { http: Number(port || (protocol === 'https:' ? 443 : 80)), workers: Number(workers ?? 0) }
}

export const isLoopback = (address: string): boolean => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address)

/** The address that a worker on this machine dials. */
export const localAddress = (multiaddrs: readonly string[]): string =>
  multiaddrs.find(isLoopback) ?? multiaddrs[0] ?? ''

/** The address that a worker elsewhere dials: not this machine's loopback where there is another. */
export const remoteAddress = (multiaddrs: readonly string[]): string =>
  multiaddrs.find((address) => !isLoopback(address)) ?? multiaddrs[0] ?? ''
