import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import { refuseOperands } from '../args/operands.ts'
import type { Command } from '../command.ts'
import { runProgramHere } from './run-program.ts'

export const worker: Command = {
  name: 'worker',
  summary: 'render for a coordinator on this machine',
  flags: {
    join: { type: 'string', value: '<multiaddr>', about: 'the coordinator; `up` prints it' },
    name: {
      type: 'string',
      value: '<text>',
      about: "what artists see (default: this machine's name)",
    },
    threads: { type: 'string', value: '<n>', about: 'CPU threads (default: all)' },
    device: {
      type: 'string',
      value: '<list>',
      about: 'auto, cpu, cuda[:n], dml[:n], coreml or webgpu; several with commas (default: auto)',
    },
    'memory-budget': {
      type: 'string',
      value: '<GB>',
      about: 'memory for models kept loaded, on each device',
    },
    ort: {
      type: 'string',
      value: '<node|ffi>',
      about: 'how the native library is driven: ffi cancels at once, CPU only (default: node)',
    },
    model: {
      type: 'string',
      value: '<folder>',
      multiple: true,
      about: 'a model folder to offer; may be repeated (default: the demo model)',
    },
    'log-level': { type: 'string', value: '<level>', about: 'debug, info, warn or error' },
  },
  examples: [
    'worker --join /ip4/192.168.1.10/tcp/7421/p2p/12D3KooW...',
    'worker --join /ip4/192.168.1.10/tcp/7421/p2p/12D3KooW... --name attic --threads 4',
  ],
  run: (input, context) => {
    refuseOperands(input)
    if (!input.values.join) {
      throw new ReverieError(
        'invalid_option',
        `--join is missing: the multiaddr that \`${context.self} up\` prints`,
        { field: '--join' },
      )
    }
    const data = join(context.home, 'worker')
    return runProgramHere(
      '@reverie/worker/main',
      input.argv,
      data,
      context,
      ({ name, peer, devices }) =>
        `● working as "${String(name)}" (${String(peer)}) on ${[devices].flat().join(' and ')}. Ctrl-C finishes the current image and stops.`,
    )
  },
}
