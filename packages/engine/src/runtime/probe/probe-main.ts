import { ReverieError } from '@reverie/core'
import { parseDevice } from '../device.ts'
import { runProbeGraph } from './probe-graph.ts'

// Entry of the process that proves one device: a driver that crashes or hangs takes nobody else with it.

const tell = (message: unknown) =>
  process.send?.(message, undefined, undefined, () => process.exit(0))
process.on('disconnect', () => process.exit(0))

try {
  tell({ ms: await runProbeGraph(parseDevice(process.argv[2] ?? '')) })
} catch (error) {
  tell({ error: ReverieError.from(error, 'device_unavailable').message })
}
