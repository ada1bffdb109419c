import type { JobProgress, LeaseEnd } from '@reverie/core'
import { ReverieError } from '@reverie/core'
import type { JobFromWorker } from '@reverie/protocol'

/** Where a lease stands, by what its worker has said so far. */
export type LeaseState =
  | { readonly type: 'offered' }
  | { readonly type: 'accepted'; readonly progress: JobProgress | undefined }
  | { readonly type: 'ended'; readonly end: LeaseEnd }

/**
 * The state after a message of the worker.
 * @throws ReverieError `protocol_violation` for a message that does not belong there
 */
export function nextLeaseState(state: LeaseState, message: JobFromWorker): LeaseState {
  if (state.type === 'ended') throw violation(`${message.type} came after the end of the job`)
  switch (message.type) {
    case 'accepted':
      if (state.type === 'accepted') throw violation('accepted came twice')
      return { type: 'accepted', progress: undefined }
    case 'progress':
      if (state.type === 'offered') throw violation('progress came before accepted')
      return { type: 'accepted', progress: checkedProgress(state.progress, message) }
    case 'finished':
      if (state.type === 'offered') throw violation('finished came before accepted')
      return { type: 'ended', end: { type: 'finished' } }
    case 'fault':
      return { type: 'ended', end: { type: 'fault', error: message.error } }
    case 'cancelled':
      return { type: 'ended', end: { type: 'cancelled' } }
  }
}

function checkedProgress(
  last: JobProgress | undefined,
  { step, of, etaMs, preview }: Extract<JobFromWorker, { type: 'progress' }>,
): JobProgress {
  if (step > of) throw violation(`progress says step ${step} of ${of}`)
  if (last && of !== last.of) throw violation(`progress changed from ${last.of} to ${of} steps`)
  if (last && step < last.step) throw violation(`progress went back from ${last.step} to ${step}`)
  return { step, of, etaMs, ...(preview === undefined ? {} : { preview }) }
}

const violation = (message: string) => new ReverieError('protocol_violation', message)
