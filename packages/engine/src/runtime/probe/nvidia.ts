import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An NVIDIA GPU as its driver's tool lists it, in CUDA's order of PCI buses. */
export interface NvidiaGpu {
  readonly name: string
  /** Bytes. */
  readonly memory: number
}

const TIMEOUT_MS = 10_000
const MIB = 1024 * 1024

/** The GPUs of this machine; none where the NVIDIA driver is not installed. */
export async function listGpus(): Promise<NvidiaGpu[]> {
  const rows = await query(['--query-gpu=name,memory.total'])
  return rows.flatMap(([name, mib]) =>
    name !== undefined && Number.isFinite(Number(mib)) ? [{ name, memory: Number(mib) * MIB }] : [],
  )
}

/**
 * Bytes that a process holds on a GPU; those of all processes where the driver hides which is whose, as in containers.
 * Undefined without an NVIDIA driver.
 */
export async function usedGpuMemory(index: number, pid: number): Promise<number | undefined> {
  const at = ['-i', String(index)]
  const own = (await query(['--query-compute-apps=pid,used_memory', ...at]))
    .filter(([owner]) => Number(owner) === pid)
    .map(([, mib]) => Number(mib))
  const [sum] =
    own.length > 0 ? own : (await query(['--query-gpu=memory.used', ...at])).flat().map(Number)
  return sum === undefined || !Number.isFinite(sum) ? undefined : sum * MIB
}

async function query(args: readonly string[]): Promise<string[][]> {
  try {
    const { stdout } = await run('nvidia-smi', [...args, '--format=csv,noheader,nounits'], {
      timeout: TIMEOUT_MS,
    })
    return stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(',').map((cell) => cell.trim()))
  } catch {
    return []
  }
}
