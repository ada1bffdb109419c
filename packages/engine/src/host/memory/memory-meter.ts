import { readFileSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import type { Device } from '../../runtime/device.ts'
import { usedGpuMemory } from '../../runtime/probe/nvidia.ts'

/** Says how much memory of a device this process holds. */
export interface MemoryMeter {
  /** Bytes held now; undefined where the device does not tell. */
  held(): Promise<number | undefined>
  /** Forgets the peak so far. */
  restart(): void
  /** Most bytes held since the last restart. */
  peak(): Promise<number | undefined>
}

/** Of the process on the CPU; of NVIDIA GPUs by their driver's tool; others do not tell. */
export function createMemoryMeter(device: Device): MemoryMeter {
  if (device.provider === 'cpu') return cpuMeter
  if (device.provider === 'cuda') {
    const held = () => usedGpuMemory(device.index, process.pid)
    // The runtime's arena keeps what it once took, so what is held after a render was its peak.
    return { held, restart: () => {}, peak: held }
  }
  return { held: async () => undefined, restart: () => {}, peak: async () => undefined }
}

/** Bytes of the machine, or of the container this process is confined to. */
export function machineMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Bytes for warm models: half of the machine's, whose owner has other work; most of a GPU's own. */
export const defaultBudget = (device: Device, deviceMemory: number | undefined): number =>
  device.provider === 'cpu' || deviceMemory === undefined ? machineMemory() / 2 : deviceMemory * 0.9

const cpuMeter: MemoryMeter = {
  held: async () => process.memoryUsage.rss(),
  restart() {
    try {
      // Linux: sets the high-water mark back to what is held now; see proc(5), clear_refs.
      writeFileSync('/proc/self/clear_refs', '5')
    } catch {
      // Elsewhere the mark is that of the process's life: too high at worst.
    }
  },
  async peak() {
    const mark = highWaterMark()
    return mark ?? process.resourceUsage().maxRSS * 1024
  },
}

/** Bytes; undefined where there is no /proc. */
function highWaterMark(): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}
