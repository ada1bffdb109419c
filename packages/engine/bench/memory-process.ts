import type { JobSpec } from '@reverie/core'
import { createMemoryMeter } from '../src/host/memory/memory-meter.ts'
import { createOnnxRuntimeBackend, draw, type ModelCall, openPipeline } from '../src/in-process.ts'
import { CPU } from '../src/index.ts'

// Entry of a process that loads one model, draws with it and tells what memory that took: nothing else is in it.

/** What the process is told, as JSON in its first argument. */
export interface MemoryTask {
  readonly folder: string
  readonly spec: JobSpec
  /** Latents a side that the VAE decodes at once, one drawing for each; null is all. */
  readonly tiles: readonly (number | null)[]
}

/** What it prints, as JSON. Bytes and milliseconds. */
export interface MemoryReport {
  readonly loadPeak: number
  readonly loadMs: number
  readonly drawings: readonly { readonly peak: number; readonly decodeMs: number }[]
}

const { folder, spec, tiles }: MemoryTask = JSON.parse(process.argv[2] ?? '')
const meter = createMemoryMeter(CPU)
const peak = async () => (await meter.peak()) ?? Number.NaN
let decodeMs = 0
const onCall = ({ part, ms }: ModelCall) => {
  if (part === 'vae_decoder') decodeMs += ms
}

const backend = await createOnnxRuntimeBackend()
const opened = performance.now()
const pipeline = await openPipeline({ backend, onCall }, folder)
const loadMs = performance.now() - opened
const loadPeak = await peak()
const drawings: { peak: number; decodeMs: number }[] = []
for (const tile of tiles) {
  meter.restart()
  decodeMs = 0
  await draw(pipeline, spec, {}, { economy: { vaeTile: tile ?? undefined } })
  drawings.push({ peak: await peak(), decodeMs })
}
console.log(JSON.stringify({ loadPeak, loadMs, drawings } satisfies MemoryReport))
