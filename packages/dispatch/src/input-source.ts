import { type InputSource, inputsOf, type JobId, ReverieError, type Sha256 } from '@reverie/core'
import type { LeaseTable } from './leases.ts'
import type { ReadParameters } from './parameters.ts'
import type { DispatchModules } from './ports.ts'

const refused = (job: JobId, hash: Sha256, why: string): ReverieError =>
  new ReverieError('input_invalid', `input ${hash} of job ${job} is not given: ${why}`, { hash })

/** Gives the input pictures of a job to the worker that holds it, and to nobody else. */
export function createInputSource({
  records,
  blobs,
  leases,
  parametersOf,
}: Pick<DispatchModules, 'records' | 'blobs'> & {
  readonly leases: LeaseTable
  readonly parametersOf: ReadParameters
}): InputSource {
  return async (peer, job, hash) => {
    if (leases.of(job)?.peer !== peer) throw refused(job, hash, 'this worker does not hold the job')
    const record = await records.job(job)
    const named = record ? inputsOf(await parametersOf(record.render)) : []
    if (!named.includes(hash)) throw refused(job, hash, 'the job does not name it')
    const bytes = await blobs.get(hash)
    if (bytes) return bytes
    throw new ReverieError(
      'storage_unavailable',
      `the file of input ${hash} is not in the blob store; it may have been deleted`,
    )
  }
}
