import { type LogFields, type Logger, ReverieError, silentLogger } from '@reverie/core'
import { CPU, deviceName } from '../runtime/device.ts'
import { createFfiBackend } from '../runtime/ffi/ffi-runtime.ts'
import { createOnnxRuntimeBackend } from '../runtime/onnx-runtime.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { createInProcessEngine } from './in-process.ts'
import { openLearnedSizes } from './memory/learned-file.ts'
import type { ProcessOptions } from './messages.ts'
import { serveEngine } from './serve-engine.ts'

// Entry of the inference process. It is forked by child-engine and speaks the messages of messages.ts.

/** @throws ReverieError `device_unavailable` for a GPU that is to be driven directly */
async function createBackend(
  ort: ProcessOptions['ort'],
  options: Pick<ProcessOptions, 'device' | 'threads'>,
): Promise<OrtBackend> {
  if (ort !== 'ffi') return createOnnxRuntimeBackend(options)
  const { device = CPU } = options
  if (device.provider === 'cpu') return createFfiBackend(options)
  throw new ReverieError(
    'device_unavailable',
    `${deviceName(device)} cannot be driven with --ort ffi: that is for the CPU; leave it out`,
  )
}

/** Of edited graphs on disk: some dozen checkpoints with LoRAs. */
const MAX_GRAPH_BYTES = 20e9

/** The parent logs every line that comes out here. */
const say = (message: string, fields: LogFields = {}) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
const logger: Logger = { ...silentLogger, warn: say, error: say }

const server = serveEngine({
  // A report that cannot be sent has nobody to hear it: the parent is gone and "disconnect" follows.
  send: (report) => process.send?.(report, undefined, undefined, () => {}),
  createEngine: async ({ learnedFile, graphFolder, ort, ...options }, onCall) =>
    createInProcessEngine(
      {
        backend: await createBackend(ort, options),
        logger,
        onCall,
        ...(learnedFile !== undefined && { sizes: openLearnedSizes(learnedFile, logger) }),
      },
      {
        ...options,
        ...(graphFolder !== undefined && {
          graphCache: { folder: graphFolder, maxBytes: MAX_GRAPH_BYTES },
        }),
      },
    ),
})

process.on('message', (message) => server.receive(message))
// Nothing outlives its parent.
process.on('disconnect', () => process.exit(0))
// Ctrl-C and a service manager's stop reach the whole process group; draining is the parent's decision.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
