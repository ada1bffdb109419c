import { hostname } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isReverieError, ReverieError } from '@reverie/core'
import { type Device, deviceName, parseDevice } from '@reverie/engine'
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
  /** What to render on, each one with a process of its own; `auto` takes the best that works. */
  readonly devices: 'auto' | readonly Device[]
  /** How the native library is driven: `ffi` cancels within milliseconds, on the CPU only. */
  readonly ort: 'node' | 'ffi'
  /** Bytes that models kept loaded may take together on each device; undefined lets the engine choose. */
  readonly memoryBudget: number | undefined
  /** Model folders to offer; the bundled demo model when empty. */
  readonly models: readonly string[]
  /** Folder whose subfolders are models to offer too, of any kind. */
  readonly library: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

const WORKER_USAGE = `usage: reverie worker --join <multiaddr> [options]

  --join <multiaddr>   the coordinator to work for (required)
  --data <folder>      identity key and undelivered results (default: ./.reverie/worker)
  --name <text>        what artists see (default: this machine's name)
  --threads <n>        CPU threads per model call (default: all)
  --device <list>      what to render on: auto, cpu, cuda[:n], dml[:n], coreml, webgpu; several with commas (default: auto)
  --memory-budget <GB> memory for models kept loaded, on each device (default: half of the machine's, most of a GPU's)
  --ort <node|ffi>     how the native library is driven: ffi cancels at once, for the CPU (default: node)
  --model <folder>     a model folder to offer; may be repeated (default: the demo model)
  --models <folder>    offer every model in it too: LoRAs, upscalers and the like (default: models in the data folder)
  --log-level <level>  debug, info, warn or error (default: info)`

/** In the place of a multiaddr: the parent tells it. Of use to programs only, so the usage leaves it out. */
const FROM_PARENT = 'parent'

const AUTO = 'auto'
const GB = 1e9

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
  device: z._default(z.string(), AUTO),
  'memory-budget': z.optional(z.coerce.number().check(z.gte(0.1), z.lte(10_000))),
  ort: z._default(z.enum(['node', 'ffi']), 'node'),
  model: z._default(z.array(z.string()), []),
  models: z.optional(z.string().check(z.minLength(1))),
  'log-level': z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
})

/** A machine's name as a worker's name: letters, digits, space, dot, dash and underscore, 40 at most. */
const asName = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} ._-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 40) || 'worker'

/** Each once, in the order given. */
function devicesOf(list: string): readonly Device[] {
  try {
    const devices = list.split(',').map((text) => parseDevice(text.trim()))
    return [...new Map(devices.map((device) => [deviceName(device), device])).values()]
  } catch (cause) {
    if (!isReverieError(cause)) throw cause
    throw new ReverieError('invalid_option', `--device: ${cause.message}`, { field: 'device' })
  }
}

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
        device: string,
        ort: string,
        'memory-budget': string,
        model: { type: 'string', multiple: true },
        models: string,
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
    devices: flags.device === AUTO ? AUTO : devicesOf(flags.device),
    ort: flags.ort,
    memoryBudget:
      flags['memory-budget'] === undefined ? undefined : Math.round(flags['memory-budget'] * GB),
    models: flags.model,
    library: flags.models ?? join(flags.data, 'models'),
    logLevel: flags['log-level'],
  }
}
