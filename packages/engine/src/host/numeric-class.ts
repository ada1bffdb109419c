import { arch, cpus } from 'node:os'
import { NumericClass } from '@reverie/core'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { ENGINE_VERSION } from '../version.ts'

const MAX_TEXT = 120

/** What decides the bits of this process's results, stated by the process itself. */
export const numericClassOf = (backend: OrtBackend): NumericClass =>
  NumericClass.parse({
    engine: `reverie-engine/${ENGINE_VERSION}`,
    runtime: backend.runtime,
    provider: backend.provider,
    device: `${arch()} ${cpus()[0]?.model.trim() || 'unknown CPU'}`.slice(0, MAX_TEXT),
    // Graphs cross the seam in float32; weights stored smaller are widened when the graph loads.
    precision: 'fp32',
    optimization: 'all',
  })
