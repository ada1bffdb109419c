import { NumericClass, WorkerProfile } from '@reverie/core'
import { buildManifestCid } from './ids.ts'

/** A valid numeric class; `changes` replace fields. */
export const buildNumericClass = (changes: Partial<NumericClass> = {}): NumericClass =>
  NumericClass.parse({
    engine: 'reverie-engine/0.1.0',
    runtime: 'onnxruntime-node/1.30.0',
    provider: 'cpu',
    device: 'x64 Test CPU',
    precision: 'fp32',
    optimization: 'all',
    ...changes,
  })

/** A ready worker with one slot and the model of `buildManifestCid()`; `changes` replace fields and are checked by the schema. */
export const buildWorkerProfile = (changes: Partial<WorkerProfile> = {}): WorkerProfile =>
  WorkerProfile.parse({
    name: 'test worker',
    software: 'reverie-worker/0.1.0',
    device: { kind: 'cpu', name: 'Test CPU', memory: 4 * 1024 ** 3 },
    numericClass: buildNumericClass(),
    models: [buildManifestCid()],
    warm: [],
    slots: 1,
    maxPixels: 1024 * 1024,
    draining: false,
    ...changes,
  })
