import * as z from 'zod/mini'
import { ManifestCid } from './ids.ts'
import { NumericClass } from './numeric-class.ts'

/** What a worker says it can do. Claims, until results prove them. */
export const WorkerProfile = z.strictObject({
  /** Chosen by the volunteer; shown to artists as text, never trusted. */
  name: z.string().check(z.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u)),
  /** e.g. "reverie-worker/0.1.0" */
  software: z.string().check(z.maxLength(60)),
  device: z.strictObject({
    kind: z.enum(['cpu', 'gpu']),
    /** e.g. "AMD EPYC 9454" */
    name: z.string().check(z.maxLength(120)),
    /** Bytes a render may use. */
    memory: z.int().check(z.gte(0)),
  }),
  numericClass: NumericClass,
  /** Models on disk, verified. */
  models: z.array(ManifestCid).check(z.maxLength(500)),
  /** Models loaded and warm. */
  warm: z.array(ManifestCid).check(z.maxLength(50)),
  /** Jobs it renders at once. */
  slots: z.int().check(z.gte(1), z.lte(64)),
  /** Largest width x height it takes. */
  maxPixels: z.int().check(z.gte(1)),
  /** Finishes what it has, takes nothing new. */
  draining: z.boolean(),
})
export type WorkerProfile = z.infer<typeof WorkerProfile>
