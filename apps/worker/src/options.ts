import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

/** How a worker is started. */
export interface WorkerOptions {
  /**
   * Multiaddr of the coordinator, e.g. "/ip4/127.0.0.1/tcp/7421/p2p/12D3Koo...". Undefined: the process that started this
   * one tells it over IPC, once it knows it.
   */
  readonly join: string | undefined
  /** Folder of the identity key and the outbox. */
  readonly data: string
  /** Shown to artists. */
  readonly name: string
  /** CPU threads of a model call; undefined lets the engine choose. */
  readonly threads: number | undefined
  /** Model folders to offer; the bundled demo model when empty. */
  readonly models: readonly string[]
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

const WORKER_USAGE = `usage: reverie worker --join <multiaddr> [options]

  --join <multiaddr>   the coordinator to work for (required)
  --data <folder>      identity key and undelivered results (default: ./.reverie/worker)
  --name <text>        what artists see (default: this machine's name)
  --threads <n>        CPU threads per model call (default: all)
  --model <folder>     a model folder to offer; may be repeated (default: the demo model)
  --log-level <level>  debug, info, warn or error (default: info)`

/** In the place of a multiaddr: the parent tells it. Of use to programs only, so the usage leaves it out. */
const FROM_PARENT = 'parent'

const Flags = z.object({
  join: z
    .string('is required: the multiaddr that `reverie up` prints')
    .check(
      z.refine(
        (text) => text.startsWith('/') || text === FROM_PARENT,
        'must be a multiaddr such as /ip4/127.0.0.1/tcp/7421/p2p/12D3Koo...',
      ),
    ),
  data: z._default(z.string(), '.reverie/worker'),
  name: z._default(z.string(), ''),
  threads: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(256))),
  model: z._default(z.array(z.string()), []),
  'log-level': z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
})

/** A machine's name as a worker's name: letters, digits, space, dot, dash and underscore, 40 at most. */
const asName = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} ._-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 40) || 'worker'

/** @throws ReverieError `invalid_option` naming the flag */
export function compileWorkerOptions(argv: readonly string[]): WorkerOptions {
  const string = { type: 'string' } as const
  let values: unknown
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        join: string,
        data: string,
        name: string,
        threads: string,
        model: { type: 'string', multiple: true },
        'log-level': string,
      },
    }).values
  } catch (cause) {
    throw new ReverieError(
      'invalid_option',
      `${(cause as Error).message}\n\n${WORKER_USAGE}`,
      {},
      { cause },
    )
  }
  const parsed = z.safeParse(Flags, values)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = String(issue?.path[0])
    throw new ReverieError('invalid_option', `--${field}: ${issue?.message}`, { field })
  }
  const flags = parsed.data
  return {
    join: flags.join === FROM_PARENT ? undefined : flags.join,
    data: flags.data,
    name: asName(flags.name || hostname()),
    threads: flags.threads,
    models: flags.model,
    logLevel: flags['log-level'],
  }
}
