import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

/** How a coordinator is started. */
export interface CoordinatorOptions {
  /** Folder of the database, the images and the identity key. */
  readonly data: string
  /** Address that the HTTP API and the libp2p port listen on. */
  readonly host: string
  /** HTTP port; 0 takes a free one. */
  readonly port: number
  /** libp2p TCP port; 0 takes a free one. */
  readonly listenPort: number
  /** Makes a new API key for the owner even though one was made before. */
  readonly newOwnerKey: boolean
  /** Folder whose subfolders hold manifests of further models to offer. */
  readonly models: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

const COORDINATOR_USAGE = `usage: reverie coordinator [options]

  --data <folder>       database, images and identity key (default: ./.reverie/coordinator)
  --models <folder>     manifests of models to offer beside the demo model (default: models in the data folder)
  --host <address>      listen on this address (default: 127.0.0.1; 0.0.0.0 for every one)
  --port <n>            HTTP port (default: 7420; 0 takes a free one)
  --listen-port <n>     port that workers dial (default: 7421; 0 takes a free one)
  --new-owner-key       make a new API key for the owner and print it
  --log-level <level>   debug, info, warn or error (default: info)`

const Port = z.coerce
  .number('must be a port')
  .check(z.int('must be a port'), z.gte(0), z.lte(65_535))

const Flags = z.object({
  data: z._default(z.string().check(z.minLength(1)), '.reverie/coordinator'),
  host: z._default(
    z.union([z.ipv4(), z.ipv6(), z.literal('localhost')], 'must be an IP address or localhost'),
    '127.0.0.1',
  ),
  port: z._default(Port, 7420),
  'listen-port': z._default(Port, 7421),
  models: z.optional(z.string().check(z.minLength(1))),
  'new-owner-key': z._default(z.boolean(), false),
  'log-level': z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
})

/** @throws ReverieError `invalid_option` naming the flag */
export function compileCoordinatorOptions(argv: readonly string[]): CoordinatorOptions {
  const string = { type: 'string' } as const
  let values: unknown
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        data: string,
        host: string,
        port: string,
        'listen-port': string,
        models: string,
        'new-owner-key': { type: 'boolean' },
        'log-level': string,
      },
    }).values
  } catch (cause) {
    const message = `${(cause as Error).message}\n\n${COORDINATOR_USAGE}`
    throw new ReverieError('invalid_option', message, {}, { cause })
  }
  const parsed = z.safeParse(Flags, values)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = String(issue?.path[0])
    throw new ReverieError('invalid_option', `--${field}: ${issue?.message}`, { field })
  }
  const flags = parsed.data
  return {
    data: flags.data,
    host: flags.host === 'localhost' ? '127.0.0.1' : flags.host,
    port: flags.port,
    listenPort: flags['listen-port'],
    models: flags.models ?? join(flags.data, 'models'),
    newOwnerKey: flags['new-owner-key'],
    logLevel: flags['log-level'],
  }
}

/** The multiaddr to listen on. */
export const listenAddress = ({ host, listenPort }: CoordinatorOptions): string =>
  `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${listenPort}`
