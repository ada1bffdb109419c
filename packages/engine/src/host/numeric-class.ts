import { arch, cpus } from 'node:os'
import { NumericClass } from '@reverie/core'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { ENGINE_VERSION } from '../version.ts'

const MAX_TEXT = 120

/**
 * What decides the bits of this process's results, stated by the process itself.
 * @param title the device's name. @defaultValue the CPU's
 */
export const numericClassOf = (
  backend: OrtBackend,
  title: string = cpus()[0]?.model.trim() || 'unknown CPU',
): NumericClass =>
  NumericClass.parse({
    engine: `reverie-engine/${ENGINE_VERSION}`,
    runtime: backend.runtime,
    provider: backend.provider,
    device: `${arch()} ${title}`.slice(0, MAX_TEXT),
    // Graphs compute in float32; weights stored smaller are widened when the graph loads.
    precision: 'fp32',
    optimization: 'all',
  })
