import { join } from 'node:path'
import {
  type Clock,
  createCleanupStack,
  type InstalledModel,
  type Logger,
  ReverieError,
  type WorkerProfile,
} from '@reverie/core'
import {
  createChildEngine,
  createEnginePool,
  type Device,
  type DeviceEngine,
  type DeviceReport,
  deviceName,
  type EnginePool,
  type Provider,
  probeDevices,
  type UsableDevice,
} from '@reverie/engine'
import type { WorkerOptions } from './options.ts'

/** Of several that are faster than the CPU, the one whose operators are most complete. CoreML gives many to the CPU. */
const PREFERENCE: readonly Provider[] = ['cuda', 'dml', 'webgpu', 'coreml']

/**
 * The devices to work with: those asked for, each proven by running a graph on it, or the best one here.
 * @throws ReverieError `device_unavailable` for one that was asked for and cannot be used; the CPU never takes its place
 */
export async function chooseDevices(
  wanted: WorkerOptions['devices'],
  logger: Logger,
  probe: (options: { devices?: readonly Device[] }) => Promise<DeviceReport[]> = probeDevices,
): Promise<UsableDevice[]> {
  const reports = await probe(wanted === 'auto' ? {} : { devices: wanted })
  for (const report of reports) {
    const device = deviceName(report.device)
    if (report.isUsable) logger.info('device works', { device, name: report.name, ms: report.ms })
    else logger.debug('device cannot be used', { device, reason: report.reason })
  }
  const unusable = reports.find(({ isUsable }) => !isUsable)
  if (wanted !== 'auto' && unusable && !unusable.isUsable) throw unavailable(unusable)
  const usable = reports.filter((report) => report.isUsable)
  const chosen = wanted === 'auto' ? [best(usable)] : usable
  logger.info('devices chosen', { devices: chosen.map(({ device }) => deviceName(device)) })
  return chosen
}

function best(usable: readonly UsableDevice[]): UsableDevice {
  const cpu = usable.find(({ device }) => device.provider === 'cpu')
  // A driver that computes on the CPU calls itself a GPU too.
  const faster = usable.filter(({ ms }) => ms < (cpu?.ms ?? Number.POSITIVE_INFINITY))
  const [found] = PREFERENCE.flatMap((provider) =>
    faster.filter(({ device }) => device.provider === provider),
  )
  const chosen = found ?? cpu
  if (chosen) return chosen
  throw new ReverieError(
    'device_unavailable',
    'no device runs a graph here, not even the CPU; install the packages again and see `reverie doctor`',
  )
}

function unavailable({ device, reason, fix }: Extract<DeviceReport, { isUsable: false }>) {
  const name = deviceName(device)
  return new ReverieError('device_unavailable', `${name} cannot be used: ${reason}; ${fix}`, {
    field: 'device',
    device: name,
  })
}

/** One inference process for each device, as one engine. Closing it closes all. */
export async function startEngines(
  devices: readonly UsableDevice[],
  options: Pick<WorkerOptions, 'data' | 'threads' | 'memoryBudget' | 'ort'>,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<{ readonly pool: EnginePool; readonly engines: readonly DeviceEngine[] }> {
  const started = createCleanupStack()
  const { threads, memoryBudget } = options
  try {
    const engines: DeviceEngine[] = []
    for (const { device, name, memory } of devices) {
      const file = `${deviceName(device).replace(':', '-')}.json`
      const engine = await createChildEngine(
        { logger: logger.child({ device: deviceName(device) }), clock },
        {
          device,
          ort: options.ort,
          ...(device.provider === 'cpu' ? {} : { deviceTitle: name }),
          ...(device.provider === 'cpu' || memory === undefined ? {} : { deviceMemory: memory }),
          ...(threads === undefined ? {} : { threads }),
          ...(memoryBudget === undefined ? {} : { memoryBudget }),
          graphFolder: join(options.data, 'graphs'),
          learnedFile: join(options.data, 'devices', file),
        },
      )
      started.add('engine', () => engine.close())
      engines.push(engine)
    }
    return { pool: createEnginePool(engines), engines }
  } catch (error) {
    await started.stop().catch(() => {})
    throw error
  }
}

/**
 * Pixels to offer: the largest drawing that passed on every device, of any checkpoint. One that has not drawn here yet
 * counts with its default size, which its manifest says what memory it needs for.
 */
export function offeredPixels(
  { proven }: Pick<DeviceEngine, 'proven'>,
  checkpoints: readonly InstalledModel[],
): number {
  return Math.max(
    ...checkpoints.map(({ cid, manifest }) => {
      const { width, height } = manifest.defaults
      return proven(cid) ?? width * height
    }),
  )
}

/** What a profile says of them: as much memory as the smallest has. */
export function profileDevice(devices: readonly UsableDevice[]): WorkerProfile['device'] {
  const names = [...new Set(devices.map(({ name }) => name))]
  const isCpu = devices.every(({ device }) => device.provider === 'cpu')
  return {
    kind: isCpu ? 'cpu' : 'gpu',
    name: `${devices.length > 1 ? `${devices.length} x ` : ''}${names.join(', ')}`.slice(0, 120),
    memory: Math.min(...devices.map(({ memory }) => memory ?? 0)),
  }
}
