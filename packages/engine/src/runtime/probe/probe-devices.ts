import { fork } from 'node:child_process'
import { arch, cpus, platform, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import { CPU, DEVICE_ENV, type Device, deviceName, type Provider } from '../device.ts'
import { type Explanation, explainFailure } from './explain.ts'
import { listGpus } from './nvidia.ts'

/** A device that ran a small real graph just now. */
export interface UsableDevice {
  readonly device: Device
  readonly isUsable: true
  /** e.g. "AMD EPYC 9454", "NVIDIA H100"; the device's own name where nothing tells another. */
  readonly name: string
  /** Bytes a render may use: half of the machine's on the CPU; undefined where the device does not say. */
  readonly memory: number | undefined
  /** Milliseconds that the graph took: to compare devices of one machine. */
  readonly ms: number
}

export interface UnusableDevice extends Explanation {
  readonly device: Device
  readonly isUsable: false
}

export type DeviceReport = UsableDevice | UnusableDevice

/** What a probing process is: started, talks, ends. */
type ForkProbe = (device: Device) => ReturnType<typeof fork>

export interface ProbeOptions {
  /** @defaultValue all that could be here */
  readonly devices?: readonly Device[]
  /** Milliseconds; a driver that needs longer is called hung. @defaultValue 60,000: CUDA loads a gigabyte of libraries */
  readonly timeoutMs?: number
  readonly fork?: ForkProbe
}

const PROBE_TIMEOUT_MS = 60_000
const MAX_SAID = 20_000

/**
 * Proves devices by running a small real graph on each, in a process of its own: "supported" says nothing, and a driver
 * that crashes or hangs must not take its caller along.
 */
export async function probeDevices({
  devices,
  timeoutMs = PROBE_TIMEOUT_MS,
  fork: start = forkProbe,
}: ProbeOptions = {}): Promise<DeviceReport[]> {
  const gpus = await listGpus()
  const wanted = devices ?? candidates(gpus.length)
  return Promise.all(
    wanted.map(async (device): Promise<DeviceReport> => {
      const outcome = await probe(device, start, timeoutMs)
      if ('reason' in outcome) return { device, isUsable: false, ...outcome }
      const gpu = device.provider === 'cuda' ? gpus[device.index] : undefined
      return {
        device,
        isUsable: true,
        name: gpu?.name ?? nameOf(device),
        memory: gpu?.memory ?? (device.provider === 'cpu' ? cpuMemory() : undefined),
        ms: outcome.ms,
      }
    }),
  )
}

/** Half of the machine's; the rest stays its owner's. */
const cpuMemory = (): number => Math.floor(totalmem() / 2)

const nameOf = (device: Device): string =>
  device.provider === 'cpu' ? cpus()[0]?.model.trim() || 'unknown CPU' : deviceName(device)

/** Providers that the runtime has files for, by platform. */
const BY_PLATFORM: Readonly<Record<string, readonly Provider[]>> = {
  'linux-x64': ['cuda', 'webgpu'],
  'win32-x64': ['dml', 'webgpu'],
  'win32-arm64': ['dml', 'webgpu'],
  'darwin-arm64': ['webgpu', 'coreml'],
}

function candidates(gpus: number): Device[] {
  const providers = BY_PLATFORM[`${platform()}-${arch()}`] ?? []
  const devices = providers.flatMap((provider): Device[] => {
    const count = provider === 'cuda' ? Math.max(1, gpus) : 1
    return Array.from({ length: count }, (_, index) => ({ provider, index }))
  })
  return [...devices, CPU]
}

const Outcome = z.union([
  z.strictObject({ ms: z.number().check(z.gte(0)) }),
  z.strictObject({ error: z.string() }),
])

async function probe(
  device: Device,
  start: ForkProbe,
  timeoutMs: number,
): Promise<{ ms: number } | Explanation> {
  const child = start(device)
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  let outcome: z.infer<typeof Outcome> | undefined
  child.once('message', (message) => {
    const parsed = Outcome.safeParse(message)
    if (parsed.success) outcome = parsed.data
  })
  child.once('error', (error) => resolve(error.message))
  // "close" comes after everything it wrote.
  child.once('close', (code, signal) =>
    resolve(`the probing process ended ${signal === null ? `with code ${code}` : `by ${signal}`}`),
  )
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    resolve(`the driver did not answer within ${timeoutMs} ms`)
  }, timeoutMs)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID)
  })
  const end = await ended
  clearTimeout(timer)
  if (outcome !== undefined && 'ms' in outcome) return outcome
  return explainFailure(device.provider, [said, outcome?.error ?? end].join('\n'))
}

const forkProbe: ForkProbe = (device) => {
  const fromSources = import.meta.url.endsWith('.ts')
  const entry = new URL(fromSources ? './probe-main.ts' : './probe-main.js', import.meta.url)
  return fork(fileURLToPath(entry), [deviceName(device)], {
    execArgv: fromSources ? ['--conditions=reverie-source'] : [],
    env: { ...process.env, ...DEVICE_ENV },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
